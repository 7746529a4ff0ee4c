/**
 * `npm test`: sees to a browser, builds, runs every test, and closes with `N passed, N failed`.
 * What follows `--` goes to vitest: `npm test -- --project unit spaces`.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBrowser } from './browser.mjs';
import { build } from './build.mjs';
import { checkMachine, fail, runNode } from './tools.mjs';

checkMachine();
const args = process.argv.slice(2);
const onlyUnits = args.join(' ').includes('--project unit') && !args.join(' ').match(/--project (cli|e2e)/);

const env = {};
if (!onlyUnits) {
  env.PORTOLAN_CHROMIUM = await ensureBrowser().catch((error) => fail(error.message));
  await build({ web: true, quiet: true });
}

const scratch = mkdtempSync(join(tmpdir(), 'portolan-test-'));
const report = join(scratch, 'report.json');
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
const code = await runNode('node_modules/vitest/vitest.mjs', ['run', ...reporters, ...args], { env });
const { passed, failed } = count(report);
rmSync(scratch, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed`);
process.exit(code);

/** A suite that could not even be loaded counts as one failure. */
function count(file) {
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(file, 'utf8'));
    const broken = testResults.filter(
      (suite) => suite.status === 'failed' && suite.assertionResults.length === 0,
    ).length;
    return { passed: numPassedTests, failed: numFailedTests + broken };
  } catch {
    return { passed: 0, failed: 1 };
  }
}
