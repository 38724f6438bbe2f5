/** Verbs that reach out of the terminal: they check their arguments and say what is there instead. */

import { goQuote } from '../../api/go-text.ts'
import { fail } from '../failures.ts'
import type { Run, Session } from '../session.ts'

const shells = ['bash', 'zsh', 'fish', 'powershell']
const portMax = 65_535

/** kubectl completion SHELL: checks the shell; instead of a script it says that Tab completes here. */
export function* completion(session: Session): Run<number> {
  const [shell] = session.args
  if (shell === undefined) throw session.usage('Shell not specified.')
  if (session.args.length > 1) throw session.usage('Too many arguments. Expected only the shell type.')
  if (!shells.includes(shell)) throw session.usage(`Unsupported shell type ${goQuote(shell)}.`)
  session.out('# kubectl completion is built into this terminal: press Tab.\n')
  return 0
}

/** kubectl proxy: always fails, with the reason that no client could reach it. Modelling assumption: the terminal has no network of its own. */
export function* proxy(session: Session): Run<number> {
  const port = session.flags.int('port')
  if (port < 0 || port > portMax) throw fail(`listen tcp: address ${port}: invalid port`)
  throw fail("proxy cannot listen here: this terminal has no network of its own. Use 'kubectl get --raw /PATH', or serve the API to your machine with 'podflight api' and run a real kubectl proxy there")
}

/** The terminal has no programs of its own beside kubectl. */
export function* pluginList(): Run<number> {
  throw fail('unable to find any kubectl plugins in your PATH')
}
