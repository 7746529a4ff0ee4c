#!/usr/bin/env node
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`portolan: Node ${process.versions.node} is too old, expected 20.19 or newer; see https://nodejs.org`);
  process.exit(1);
}
const { main } = await import('../dist/cli.js').catch((error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  console.error(
    `portolan: it is not built or not installed whole (${error.message}); run npm install && npm run build`,
  );
  process.exit(1);
});
await main(process.argv.slice(2));
