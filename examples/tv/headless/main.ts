/** `npm start -- --headless`: runs the television without a browser and reports. */
import { BreakpointError, PlacementError } from 'tandem';
import { OptionError, parseHeadlessOptions } from './options.js';
import { printReport } from './report.js';
import { runHeadless } from './run.js';

try {
  const options = parseHeadlessOptions(process.argv.slice(2));
  const report = await runHeadless(options);
  if (options.json) console.log(JSON.stringify(report));
  else printReport(report);
  process.exitCode = report.errors.length === 0 ? 0 : 1;
} catch (error) {
  if (!(error instanceof OptionError || error instanceof PlacementError || error instanceof BreakpointError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
