/** A what-if for development, screenshots and tests of screens. */
import type { WhatIfReport } from '../../session/what-if/what-if.ts'

export const fakeWhatIf: WhatIfReport = {
  kind: 'report', isSettled: true, settledSeconds: 40, commands: ['kubectl create -f - <<\'EOF\'\napiVersion: v1\nkind: Node\nmetadata:\n  name: ml-a100-3\nEOF', 'kubectl cordon ml-a100-1'],
  placements: [
    { namespace: 'ml', pod: 'eval-7', change: 'newly-pending', from: 'ml-a100-1', why: '0/5 nodes are available: 5 Insufficient nvidia.com/gpu.' },
    { namespace: 'ml', pod: 'llama-train-0', owner: 'Job/llama-train', change: 'newly-running', to: 'ml-a100-3' },
    { namespace: 'ml', pod: 'llama-train-1', owner: 'Job/llama-train', change: 'newly-running', to: 'ml-a100-3' },
    { namespace: 'ml', pod: 'vision-5c9-a', owner: 'Deployment/vision', change: 'moved', from: 'ml-a100-1', to: 'ml-a100-2' },
  ],
  pods: { before: { running: 24, pending: 2, failed: 0 }, after: { running: 25, pending: 1, failed: 0 } },
  gpus: { before: { total: 16, inUse: 11, free: 5, fragmented: 4, fragmentationRate: 0.8 }, after: { total: 20, inUse: 13, free: 7, fragmented: 2, fragmentationRate: 0.286 } },
  cost: { before: 61.92, after: 77.15, rows: [{ type: '4 x NVIDIA-A100-SXM4-80GB', before: 4, after: 5, price: 15.23 }, { type: 'small', before: 2, after: 2, price: 0.5 }] },
}
