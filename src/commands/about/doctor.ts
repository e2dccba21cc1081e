import { section } from '../../core/record/table.ts';
import { check } from '../../core/record/tables/meta.ts';
import type { Check } from '../../core/system/platform.ts';
import { sudoName } from '../../platform/machine/installation.ts';
import type { Context } from '../context/context.ts';
import { listing } from '../listing/command.ts';

/** `netwatch doctor`: what this machine permits, and how to grant the rest. */
export const doctor = listing({
  name: 'doctor',
  about: 'what this machine permits, and the command that grants the rest',
  details: ['Looks, but changes nothing. Each row names the one command that fixes what is limited or missing.'],
  operands: '',
  operandChoices: [],
  options: {},
  repeats: false,
  refusesRoot: () => null,
  tables: [check],
  examples: [
    { line: 'netwatch doctor', about: 'as this user' },
    { line: 'sudo netwatch doctor -f "status != ok"', about: 'what is missing for root' },
  ],
  tableOf: () => check,
  async *run(context, values) {
    const platform = await context.openPlatform({ root: values.root, netns: null });
    yield [
      section(
        check,
        (await platform.readChecks()).map((one) => withProgram(one, context)),
      ),
    ];
  },
});

/** The row, with a command that finds this program where it is installed. */
function withProgram(row: Check, { program }: Context): Check {
  const remedy = row.remedy?.replace(/^sudo netwatch\b/, () => `sudo ${sudoName(program)}`) ?? null;
  return { ...row, remedy };
}
