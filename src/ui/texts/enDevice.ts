// What runs a recipe and why: the device's dialog and the notes about it.
export const enDevice = {
  device: {
    title: 'Device',
    unknown: 'finding a device',
    webgpu: 'WebGPU',
    ort: 'ONNX Runtime on the CPU',
    ortShort: 'ONNX Runtime',
    'ort-webgpu': 'ONNX Runtime on WebGPU',
    either: 'WebGPU or ONNX Runtime',
    cpu: 'CPU',
    memory: '{{size}} needed',
    backend: 'Backend',
    choose: 'Run on',
    choice_auto: 'Automatic',
    choice_webgpu: 'WebGPU',
    'choice_ort-webgpu': 'ONNX Runtime, WebGPU',
    choice_ort: 'CPU, fast',
    choice_cpu: 'CPU, plain',
    ortFetched:
      'The fast way on the CPU is ONNX Runtime. Training with it fetches its program once, 14 MB (about 4 on the way), from this page’s own address; the browser keeps it.',
    ortGpu:
      'ONNX Runtime’s own WebGPU, to compare with this page’s: it computes each micro-batch, while the optimizer’s step and the answers stay on the CPU. Training with it fetches a program of 27 MB once (about 7 on the way), from this page’s own address; the browser keeps it. Automatic never takes it.',
    threads: 'Threads',
    oneThread: '1: this page’s host does not isolate it, which more need',
    adapter: 'Graphics adapter',
    software: 'software graphics adapter: correct, but slower than a GPU',
    features: 'Features',
    limits: 'Limits',
    none: 'none',
    storageBinding: 'largest storage binding',
    bufferSize: 'largest buffer',
    workgroupMemory: 'workgroup memory',
    invocations: 'invocations per workgroup',
    memoryPlan: 'Memory of this recipe',
    weights: 'frozen weights',
    adapterBytes: 'adapter',
    optimizer: 'optimizer states',
    activations: 'activations',
    scratch: 'scratch',
    answers: 'answers',
    peak: 'peak',
    dispatches: 'dispatches per step',
    'reason_no-webgpu': 'This browser has no WebGPU, so the CPU runs the same operations.',
    'reason_no-adapter':
      'WebGPU is here, but it found no graphics adapter, so the CPU runs the same operations.',
    reason_chosen: 'The CPU was chosen.',
    'reason_ort-failed':
      'ONNX Runtime could not be started here, so plain TypeScript runs the same operations.',
    adapterPending:
      'This graphics adapter ({{adapter}}) computes on the CPU: training first measures, within a second or two, whether it or ONNX Runtime is faster here.',
    adapterOrt:
      'This graphics adapter ({{adapter}}) computes on the CPU; ONNX Runtime is {{times}} times as fast here.',
    adapterNear:
      'This graphics adapter ({{adapter}}) computes on the CPU; ONNX Runtime is about as fast here and begins sooner.',
    adapterWebgpu:
      'This graphics adapter ({{adapter}}) computes on the CPU, and is {{times}} times as fast as ONNX Runtime here.',
    adapterTrouble:
      'This graphics adapter ({{adapter}}) computes on the CPU; ONNX Runtime could not be tried beside it.',
    chooseOther: 'Choose',
    local: 'What is yours never leaves this tab: no server, no telemetry.',
  },
  banner: {
    ort: 'ONNX Runtime makes the CPU several times as fast: 14 MB that are fetched once when you train, and kept.',
    'ort-failed':
      'ONNX Runtime could not be used here. Plain TypeScript runs the same operations with the same results, only slower.',
    title: 'Training on the CPU',
    'no-webgpu':
      'This browser offers no WebGPU. The CPU runs the same operations with the same results, only slower.',
    'no-adapter':
      'The browser has WebGPU but found no usable graphics adapter. The CPU runs the same operations with the same results, only slower.',
    help_chrome:
      'Chrome and Edge: version 113 or newer; check that “Use graphics acceleration” is on in the settings. On Linux, open chrome://flags and enable “Unsafe WebGPU Support”.',
    help_firefox:
      'Firefox: version 141 or newer on Windows, 145 on Apple silicon; elsewhere set dom.webgpu.enabled in about:config.',
    help_safari: 'Safari: version 26 or newer.',
    how: 'How to get WebGPU',
    dismiss: 'Dismiss',
  },
} as const;
