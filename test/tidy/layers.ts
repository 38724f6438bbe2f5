/** Who may import whom. The one list; the table of rooms in ARCHITECTURE.md says the same in words. */

const low = ['simulator/kernel', 'simulator/api', 'simulator/store', 'simulator/admission', 'simulator/gpu', 'simulator/workloads']
const neighbors = ['scheduler', 'controllers', 'kubelet', 'network', 'metrics', 'faults']
const face = ['simulator/index.ts', 'simulator/cluster', 'simulator/api', 'simulator/apiserver', 'simulator/kernel', 'simulator/kubectl', 'simulator/shell', 'simulator/admission', 'simulator/metrics', 'simulator/network', 'simulator/gpu', 'simulator/workloads', 'simulator/bootstrap', 'simulator/scheduler', 'simulator/store']

export const layers: { readonly [room: string]: readonly string[] } = {
  'simulator/kernel': [],
  'simulator/api': ['simulator/kernel'],
  'simulator/store': ['simulator/kernel', 'simulator/api'],
  'simulator/admission': ['simulator/kernel', 'simulator/api', 'simulator/store'],
  'simulator/workloads': ['simulator/kernel', 'simulator/api'],
  'simulator/gpu': ['simulator/kernel', 'simulator/api'],
  'simulator/bootstrap': ['simulator/kernel', 'simulator/api', 'simulator/gpu'],
  'simulator/apiserver': ['simulator/kernel', 'simulator/api', 'simulator/store', 'simulator/admission'],
  ...Object.fromEntries(neighbors.map((room) => [`simulator/${room}`, low])),
  'simulator/cluster': [...low, ...neighbors.map((room) => `simulator/${room}`), 'simulator/apiserver', 'simulator/bootstrap'],
  'simulator/kubectl': ['simulator/kernel', 'simulator/api', 'simulator/shell/process.ts', 'simulator/workloads/sh/archive.ts'],
  'simulator/shell': ['simulator/kernel', 'simulator/api', 'simulator/kubectl', 'simulator/workloads'],
  'simulator/index.ts': [...low, 'simulator/cluster', 'simulator/bootstrap', 'simulator/kubectl', 'simulator/shell'],
  'src/grading': ['simulator/api', 'simulator/kernel'],
  'src/content': ['simulator/api', 'simulator/kernel', 'simulator/gpu', 'src/grading'],
  'src/session': [...face, 'src/content', 'src/grading'],
  'src/app': ['src/session', 'src/content', 'src/grading', 'simulator/api', 'simulator/admission/schema/schema.ts'],
  'src/server': ['src/session', 'src/content', 'src/grading', 'simulator/index.ts', 'simulator/cluster', 'simulator/api', 'simulator/kernel', 'simulator/admission/schema/schema.ts'],
  'src/cli': ['src/session', 'src/content', 'src/grading', 'src/server', ...face],
}

/** True when a file of one room may import another file. */
export function mayImport(room: string, target: string, targetRoom: string): boolean {
  const allowed = layers[room]
  return allowed === undefined || room === targetRoom || allowed.includes(targetRoom) || allowed.includes(target)
}
