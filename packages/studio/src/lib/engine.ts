/** Where the static site runs models: what a person chose, and what a runtime's name means to a person. */

const KEY = 'portolan-webgpu';

/** @param name  as `webRuntime` gives it: `onnxruntime-web 1.30.0, 2 threads` or `…, WebGPU` */
export function engineSentence(name: string, webgpu: boolean): string {
  const threads = /(\d+) threads?/.exec(name)?.[1];
  const processor = `on this computer’s processor${Number(threads) > 1 ? `, in ${threads} threads` : ''}`;
  if (!webgpu || !name.includes('WebGPU')) return `Learning runs ${processor}.`;
  if (name.includes('no WebGPU adapter')) {
    return `This browser offers no graphics card (no WebGPU adapter), so learning stays ${processor}.`;
  }
  if (name.includes('refused')) {
    return 'Learning runs on the graphics card; a model that it refused ran on the processor.';
  }
  return 'Learning runs on the graphics card; operations that it lacks, and the lens, stay on the processor.';
}

export function wantsWebGpu(): boolean {
  try {
    return localStorage.getItem(KEY) === 'true';
  } catch {
    return false; // a browser that keeps nothing
  }
}

export function keepWebGpu(webgpu: boolean): void {
  try {
    localStorage.setItem(KEY, String(webgpu));
  } catch {
    // it holds for now
  }
}
