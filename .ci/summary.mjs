/** Ends `make test`: what passed, what failed, and what could not run. Never calls the last one passed. */
import { existsSync, readFileSync } from 'node:fs';

const [file, failedSteps, missingTools] = process.argv.slice(2);

if (!existsSync(file)) {
  console.log('FAILED: the tests did not run to their end');
  process.exit(1);
}
const { testResults } = JSON.parse(readFileSync(file, 'utf8'));
const tests = testResults.flatMap((suite) =>
  suite.assertionResults.map((test) => ({ ...test, suite: suite.name })),
);
const named = (test) => [...test.ancestorTitles, test.title].join(' > ');
const passed = tests.filter(({ status }) => status === 'passed');
const failed = tests.filter(({ status }) => status === 'failed');
const notRun = tests.filter(({ status }) => status !== 'passed' && status !== 'failed');
const brokenSuites = testResults.filter(
  (suite) => suite.status === 'failed' && suite.assertionResults.length === 0,
);

for (const test of failed) console.log(`  FAILED: ${named(test)}`);
for (const suite of brokenSuites) console.log(`  FAILED: ${suite.name} could not be loaded`);
for (const test of notRun) console.log(`  NOT RUN: ${named(test)}`);
process.stdout.write(failedSteps.replaceAll('\\n', '\n'));
if (missingTools) {
  console.log(`  missing on this computer: ${missingTools.trim().split('\n').join(', ')} (see above)`);
}

const counts = `${passed.length} tests passed, ${failed.length} failed, ${notRun.length} not run`;
if (failed.length > 0 || brokenSuites.length > 0 || failedSteps !== '') {
  console.log(`FAILED: ${counts}`);
  process.exit(1);
}
if (notRun.length > 0 || missingTools) {
  console.log(`INCOMPLETE: ${counts}. What ran is good; install what is missing for the rest.`);
  process.exit(3);
}
console.log(`PASSED: ${counts}; lint, format, types and generated files are good`);
