import { type Command, commandGroup, membersOf } from '../listing/command.ts';

/** `netwatch export`: what netwatch knows, for other people and other systems. */
export const exportOf = (commands: () => readonly Command[]): Command => {
  const members = (): readonly Command[] => membersOf('export', commands());
  return commandGroup({
    name: 'export',
    about: 'what netwatch knows, for other people and other systems',
    details: ['Each thing that can be exported is a command of its own, with its own options.'],
    get operandChoices() {
      return members().map(({ name }) => name.split(' ')[1]!);
    },
    get examples() {
      return members().flatMap(({ examples }) => examples.slice(0, 1));
    },
  });
};
