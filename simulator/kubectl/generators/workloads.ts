/** create deployment, job, cronjob. Models k8s.io/kubectl/pkg/cmd/create (v1.35). */

import { kindByKind } from '../../api/kinds.ts'
import type { Container, Job, KubeObject, PodTemplateSpec } from '../../api/types.ts'
import { fail } from '../failures.ts'
import { mappingFor } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'
import { commandArguments, createGenerated, metadataOf, nameArgument } from './common.ts'

/** The name of a container from its image: the last part, without tag and digest. */
export function containerNameOf(image: string): string {
  const last = image.slice(image.lastIndexOf('/') + 1)
  return last.split(/[:@]/)[0]?.replace(/_/g, '-') ?? last
}

/**
 * kubectl create deployment NAME from one or more --image, --port, --replicas and a command after --. Label app=NAME
 * selects the pods; containers are named after their images.
 */
export function* createDeployment(session: Session): Run<number> {
  const name = nameArgument(session)
  const images = session.flags.list('image')
  const command = commandArguments(session)
  if (images.length > 1 && command.length > 0) throw fail('cannot specify multiple --image options and command')
  const port = session.flags.int('port')
  const labels = { app: name }
  const containers = images.map((image, index) => ({
    name: images.length > 1 && images.findIndex((one) => containerNameOf(one) === containerNameOf(image)) !== index ? `${containerNameOf(image)}-${index}` : containerNameOf(image),
    image,
    ...(command.length > 0 ? { command: [...command] } : {}),
    ...(port >= 0 ? { ports: [{ containerPort: port }] } : {}),
    resources: {},
  }))
  const object = {
    kind: 'Deployment', apiVersion: 'apps/v1',
    metadata: metadataOf(session, name, { labels }),
    spec: { replicas: session.flags.int('replicas'), selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } }, strategy: {} },
    status: {},
  }
  return yield* createGenerated(session, object as KubeObject, 'failed to create deployment:')
}

function jobTemplate(container: Container, restartPolicy: string): PodTemplateSpec {
  return { metadata: {}, spec: { containers: [container], restartPolicy } }
}

interface CronJob extends KubeObject { spec: { jobTemplate: { metadata?: KubeObject['metadata']; spec: Job['spec'] } } }

function* jobFromCronJob(session: Session, name: string, from: string): Run<KubeObject> {
  const [token = '', source = ''] = from.split('/')
  if (source === '') throw fail('from must be an existing cronjob')
  const kind = mappingFor(session, token)
  const object = yield* session.call<CronJob>({ verb: 'get', kind, namespace: session.namespace().name, name: source })
  if (kind !== kindByKind('batch/v1', 'CronJob')) throw fail('from must be an existing cronjob')
  const { jobTemplate: template } = object.spec
  return {
    kind: 'Job', apiVersion: 'batch/v1',
    metadata: metadataOf(session, name, {
      ...(template.metadata?.labels === undefined ? {} : { labels: template.metadata.labels }),
      annotations: { 'cronjob.kubernetes.io/instantiate': 'manual', ...template.metadata?.annotations },
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name: source, uid: object.metadata.uid, controller: true }],
    }),
    spec: template.spec,
    status: {},
  } as KubeObject
}

/**
 * kubectl create job NAME from one of --image (with a command after --, restartPolicy Never) and --from=cronjob/NAME,
 * which copies the CronJob's template and names it the owner.
 */
export function* createJob(session: Session): Run<number> {
  const name = nameArgument(session)
  const image = session.flags.text('image')
  const from = session.flags.text('from')
  const command = commandArguments(session)
  if ((image === '') === (from === '')) throw fail('either --image or --from must be specified')
  if (from !== '' && command.length > 0) throw fail('cannot specify --from and command')
  const object = from !== '' ? yield* jobFromCronJob(session, name, from) : ({
    kind: 'Job', apiVersion: 'batch/v1', metadata: metadataOf(session, name),
    spec: { template: jobTemplate({ name, image, ...(command.length > 0 ? { command: [...command] } : {}), resources: {} }, 'Never') },
    status: {},
  } as KubeObject)
  return yield* createGenerated(session, object, 'failed to create job:')
}

/**
 * kubectl create cronjob NAME from --image, --schedule, --restart (OnFailure when not given) and a command after --.
 * The server judges the schedule.
 */
export function* createCronJob(session: Session): Run<number> {
  const name = nameArgument(session)
  const command = commandArguments(session)
  const restart = session.flags.text('restart')
  const container = { name, image: session.flags.text('image'), ...(command.length > 0 ? { command: [...command] } : {}), resources: {} }
  const object = {
    kind: 'CronJob', apiVersion: 'batch/v1', metadata: metadataOf(session, name),
    spec: { schedule: session.flags.text('schedule'), jobTemplate: { metadata: { name }, spec: { template: jobTemplate(container, restart === '' ? 'OnFailure' : restart) } } },
    status: {},
  }
  return yield* createGenerated(session, object as KubeObject, 'failed to create cronjob:')
}
