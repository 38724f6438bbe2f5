import { immediately } from '../../../simulator/shell/commands.ts'
import type { PodflightCommand } from './command.ts'

/** `podflight answer ITEM VALUE`, so that scripts can answer too. */
export const answer: PodflightCommand = {
  name: 'answer',
  make: ({ answers }) => immediately((context) => {
    const [, item, value] = context.argv.slice(-3)
    if (item === undefined || value === undefined || context.argv.length < 3) {
      context.err('usage: podflight answer ITEM VALUE\n')
      return 2
    }
    answers.set(item, value)
    return 0
  }),
}
