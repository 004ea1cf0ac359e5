// placeholder
export const syntheticModel = async (path: string): Promise<string> => path;
