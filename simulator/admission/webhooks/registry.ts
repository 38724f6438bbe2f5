/** The webhooks that admission knows, in the order in which they are called. */

import { kueueWebhooks } from './kueue.ts'
import type { Webhook } from './webhook.ts'

export const webhooks: readonly Webhook[] = [...kueueWebhooks]
