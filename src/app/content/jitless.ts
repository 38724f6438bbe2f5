/** Must be imported before any schema: zod probes for eval when the first one is made, and the page's policy reports that. */
import { z } from 'zod'

z.config({ jitless: true })
