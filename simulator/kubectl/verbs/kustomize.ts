/** kubectl kustomize. Models sigs.k8s.io/kustomize/kustomize/v5/commands/build as kubectl 1.35 has it. */

import { fail } from '../failures.ts'
import { resolvePath } from '../kubeconfig.ts'
import { buildManifest } from '../manifests.ts'
import type { Run, Session } from '../session.ts'

const restrictors = ['LoadRestrictionsRootOnly', 'LoadRestrictionsNone']

/**
 * kubectl kustomize [DIRECTORY]: prints the built objects, or writes them to the file of --output. Fails with
 * kustomize's own text for what does not build; warnings go to standard error.
 */
export function* kustomize(session: Session): Run<number> {
  const { flags, args, process } = session
  if (args.length > 1) throw fail('specify one path to kustomization.yaml')
  const restrictor = flags.text('load-restrictor')
  if (!restrictors.includes(restrictor)) throw fail(`illegal flag value --load-restrictor ${restrictor}; legal values: [${restrictors.join(' ')}]`)
  const built = buildManifest(session, args[0] ?? '.', { isUnrestricted: restrictor === 'LoadRestrictionsNone', isManagedByLabel: flags.bool('enable-managedby-label') })
  const output = flags.text('output')
  if (output === '') { session.out(built); return 0 }
  const path = resolvePath(process, output)
  if (process.files.isDirectory(path)) throw fail(`open ${output}: is a directory`)
  process.files.write(path, built)
  return 0
}
