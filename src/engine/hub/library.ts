// What is used of the package that speaks the hub's protocol, in a chunk of its own: fetched when a hub is first asked. It knows the
// addresses and their pages; requests go through the one way to fetch (hubNet.ts), files through the cache.
export { commitIter, createRepo, datasetInfo, listFiles, listModels, modelInfo } from '@huggingface/hub';
