/** Webhooks of add-ons: what their servers would answer, called within admission while their configuration exists. */

import type { FieldError } from '../../api/field-error.ts'
import type { AdmittedObject } from '../kind-rules.ts'
import type { AdmissionReader } from '../plugins/plugin.ts'

/** What a webhook is asked about. */
export interface WebhookReview {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE'
  /** A mutating webhook changes it. */
  readonly object: AdmittedObject
  readonly old?: AdmittedObject
  readonly reader: AdmissionReader
}

/** One webhook of a configuration. */
export interface Webhook {
  /** As the configuration and its refusals name it, such as 'mjob.kb.io'. */
  readonly name: string
  /** Name of the webhook configuration that must exist. */
  readonly configuration: string
  readonly group: string
  readonly resource: string
  mutate?(review: WebhookReview): void
  validate?(review: WebhookReview): readonly FieldError[]
}
