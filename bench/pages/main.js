/** What the runner calls in the page. */
const digits = async () => new Uint8Array(await (await fetch('digits.bin')).arrayBuffer());

globalThis.bench = {
  isolated: () => globalThis.crossOriginIsolated,
  learn: async (args) => (await import('./portolan.js')).portolanLearn(await digits(), args),
  decode: async (args) => (await import('./portolan.js')).portolanDecode(await digits(), args),
  jax: async (args) => (await import('./jax.js')).jaxDense(await digits(), args),
};
