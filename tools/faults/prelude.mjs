// Stands before the worker's own script (host.ts puts it there): sees what the worker is told and tells, and at the moment of the plan
// asks the machine for faults, which acts or not, and then does to its own devices, files, locks, clock and memory what the plan says.
// Runs in the page's worker, in any browser; knows nothing of the engine but its messages.
(() => {
  const { moment, act, base } = self.faultPlan;
  const devices = [];
  const on = new Set();
  const never = () => new Promise(() => {});
  const full = () => new DOMException('the quota has been exceeded', 'QuotaExceededError');
  const refused = () => new DOMException('refused by the machine for faults', 'SecurityError');

  /** Puts `make(original)` in place of a method, where there is one. */
  function wrap(type, name, make) {
    const prototype = self[type]?.prototype;
    const original = prototype?.[name];
    if (original) prototype[name] = make(original);
  }
  /** Does something else as long as a flag is up. */
  const while_ = (flag, other) => (original) =>
    function wrapped(...args) {
      return on.has(flag) ? other.call(this, original, args) : original.apply(this, args);
    };
  const once = (flag, other) =>
    while_(flag, function first(...args) {
      on.delete(flag);
      return other.apply(this, args);
    });

  wrap(
    'GPUAdapter',
    'requestDevice',
    (original) =>
      async function request(...args) {
        if (on.delete('device-refused')) throw new DOMException('refused', 'OperationError');
        const device = await original.apply(this, args);
        devices.push(device);
        if (on.delete('destroy-next')) setTimeout(() => device.destroy(), 300);
        return device;
      },
  );
  /** Bytes of the buffers that the worker holds on its devices, for the soak. */
  self.gpuBytes = 0;
  wrap(
    'GPUDevice',
    'createBuffer',
    (original) =>
      function create(...args) {
        const buffer = original.apply(this, args);
        self.gpuBytes += buffer.size;
        return buffer;
      },
  );
  const freed = new WeakSet();
  wrap(
    'GPUBuffer',
    'destroy',
    (original) =>
      function destroyed() {
        if (!freed.has(this)) self.gpuBytes -= this.size;
        freed.add(this);
        return original.call(this);
      },
  );
  let without = 0;
  wrap('GPU', 'requestAdapter', (original) => (...args) => {
    if (on.has('adapter-gone') || without-- > 0) return Promise.resolve(null);
    return original.apply(navigator.gpu, args);
  });
  wrap(
    'GPUBuffer',
    'mapAsync',
    once('map-rejects', () => Promise.reject(new DOMException('aborted', 'OperationError'))),
  );
  wrap(
    'GPUBuffer',
    'mapAsync',
    once('map-silent', () => {
      setTimeout(() => destroy(), 2000);
      return never();
    }),
  );
  wrap(
    'GPUDevice',
    'createBuffer',
    once('buffer-refused', () => {
      throw new RangeError('createBuffer failed, size is too large for the implementation');
    }),
  );
  wrap(
    'ArrayBuffer',
    'slice',
    once('copy-refused', () => {
      throw new RangeError('Array buffer allocation failed');
    }),
  );
  wrap(
    'FileSystemSyncAccessHandle',
    'write',
    while_('write-odd', () => 2 ** 64 - 8),
  );
  wrap(
    'FileSystemSyncAccessHandle',
    'write',
    while_('write-throws', () => {
      throw full();
    }),
  );
  wrap(
    'FileSystemSyncAccessHandle',
    'write',
    while_('write-short', function short(original, [bytes, options]) {
      return original.call(this, bytes.subarray(0, bytes.length >> 1), options);
    }),
  );
  wrap(
    'FileSystemSyncAccessHandle',
    'flush',
    while_('flush-throws', () => {
      throw full();
    }),
  );
  wrap(
    'FileSystemSyncAccessHandle',
    'read',
    while_('reads-other', function other(original, args) {
      const read = original.apply(this, args);
      args[0][0] ^= 1;
      return read;
    }),
  );
  wrap(
    'FileSystemFileHandle',
    'createSyncAccessHandle',
    while_('open-rejects', () => Promise.reject(refused())),
  );
  wrap(
    'StorageManager',
    'getDirectory',
    while_('folder-rejects', () => Promise.reject(refused())),
  );
  wrap('StorageManager', 'getDirectory', while_('folder-silent', never));
  wrap(
    'StorageManager',
    'estimate',
    while_('no-room', () => Promise.resolve({ quota: 1000, usage: 990 })),
  );
  wrap(
    'LockManager',
    'request',
    while_('locks-reject', () => Promise.reject(refused())),
  );
  wrap('LockManager', 'request', while_('locks-silent', never));
  let ahead = 0;
  let still = null;
  wrap('Performance', 'now', (original) => () => still ?? original.call(performance) + ahead);
  const dateNow = Date.now;
  const destroy = () => {
    for (const device of devices.splice(0)) device.destroy();
  };
  const flag = (name) => () => void on.add(name);

  const acts = {
    'device-destroyed': destroy,
    'device-destroyed-twice': () => {
      on.add('destroy-next');
      destroy();
    },
    'adapter-gone-awhile': () => {
      without = 2;
      destroy();
    },
    'adapter-gone': () => {
      on.add('adapter-gone');
      destroy();
    },
    'device-refused': () => {
      on.add('device-refused');
      destroy();
    },
    'gpu-error': () => devices.at(-1)?.createBuffer({ size: 16, usage: 0 }),
    'gpu-memory': () => {
      class GPUOutOfMemoryError extends Error {}
      devices
        .at(-1)
        ?.onuncapturederror?.({ error: new GPUOutOfMemoryError('no memory is left on the device') });
    },
    'worker-closed': () => self.close(),
    'worker-throws': () =>
      void setTimeout(() => {
        throw new Error('thrown by the machine for faults');
      }),
    'worker-busy': () => {
      for (const until = Date.now() + 6000; Date.now() < until; );
    },
    'worker-hangs': () => {
      for (;;);
    },
    'message-of-nobody': () => post({ type: 'nobody knows this' }),
    'message-refused': flag('message-refused'),
    'storage-missing': () => {
      delete StorageManager.prototype.getDirectory;
    },
    'locks-missing': () => {
      delete WorkerNavigator.prototype.locks;
    },
    'clock-ahead': () => {
      ahead = 3_600_000;
    },
    'clock-still': () => {
      still = performance.now();
    },
    'date-back': () => {
      Date.now = () => dateNow() - 86_400_000;
    },
    'timers-slow': () => {
      const original = self.setTimeout;
      self.setTimeout = (run, ms, ...args) => original(run, (ms ?? 0) + 1000, ...args);
    },
  };

  let done = false;
  /** The machine decides: it answers when it has done its own part, and says whether the worker is to do one. */
  function now() {
    if (done) return;
    done = true;
    const request = new XMLHttpRequest();
    request.open('GET', `${base}fault-now`, false);
    request.send();
    if (request.responseText === 'act') (acts[act] ?? flag(act))();
  }
  // A fault that lasts is there from the start of any later worker; some can only be there from the start.
  if (moment === 'start') (acts[act] ?? flag(act))();

  const moments = {
    loading: ({ type, phase, done: read }) => type === 'phase' && phase === 'loading' && read > 0,
    'first step': ({ type, metrics }) => type === 'step' && metrics.step === 1,
    'mid-run': ({ type, metrics }) => type === 'step' && metrics.step === 3,
    asking: ({ type, side, done: ended }) => type === 'answer' && side === 'after' && !ended,
  };
  const post = self.postMessage.bind(self);
  self.postMessage = (message, ...rest) => {
    if (on.delete('message-refused'))
      throw new DOMException('Data cannot be cloned, out of memory.', 'DataCloneError');
    post(message, ...rest);
    if (moments[moment]?.(message)) now();
  };
  self.addEventListener('message', ({ data }) => {
    if (moment === 'exporting' && data.type === 'export') now();
  });
})();
