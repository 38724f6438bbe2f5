/** Texts of the GPU room. Those of the device plugin are NVIDIA's words; the others are ours. */

export const gpuErrors = {
  notJson: (message: string) => `The GPUs of the node are not JSON: ${message}`,
  badShape: 'The GPUs of the node need a model (text) and a count (number); mig needs strategy and devices with profiles, sharing needs strategy and replicas.',
  unknownModel: (model: string, known: readonly string[]) => `GPU model "${model}" is not known. Known models: ${known.join(', ')}.`,
  badCount: (count: number, max: number) => `A node has 1 to ${max} GPUs, not ${count}.`,
  badMemory: (memoryMiB: number) => `Memory of a GPU is a whole number of MiB above 0, not ${memoryMiB}.`,
  unknownSharing: (strategy: string) => `Sharing strategy "${strategy}" is not known: use time-slicing or mps.`,
  badReplicas: (replicas: number) => `Sharing needs a whole number of replicas, 2 or more, not ${replicas}.`,
  mpsOnMig: 'sharing using MPS is not supported for MIG devices',
  noSuchGpu: (index: number, count: number) => `There is no GPU ${index}: the node has GPUs 0 to ${count - 1}.`,
  twoIslands: (index: number) => `GPU ${index} is in two NVLink islands.`,
  notMigCapable: (model: string) => `${model} cannot be divided: MIG needs an A100, A30 or H100.`,
  unknownStrategy: (strategy: string) => `MIG strategy "${strategy}" is not known: use single or mixed.`,
  dividedTwice: (index: number) => `GPU ${index} is divided twice.`,
  emptyLayout: 'A MIG layout needs at least one profile with a count of 1 or more.',
  unknownProfile: (profile: string, model: string, known: readonly string[]) => `MIG profile "${profile}" does not exist on ${model}. Its profiles: ${known.join(', ')}.`,
  tooManyOf: (profile: string, count: number, max: number) => `${count} x ${profile} are too many for one GPU: at most ${max}.`,
  tooManySlices: (layout: string, slices: number, max: number) => `${layout} need ${slices} compute slices, but one GPU has ${max}.`,
  noPlacement: (layout: string, model: string) => `${layout} do not fit on one ${model}: their memory slices overlap in every placement.`,
  singleNeedsAll: 'MIG strategy single needs every GPU of the node divided alike. Use strategy mixed to leave some whole.',
  singleNeedsOneProfile: (profiles: readonly string[]) => `MIG strategy single needs one profile on all GPUs, not ${profiles.join(' and ')}. Use strategy mixed.`,
  badFault: (text: string) => `"${text}" is not a GPU fault: write INDEX=XID, such as 0=79.`,
  /** What the plugin answers the kubelet. Models NVIDIA/k8s-device-plugin internal/rm ValidateRequest. */
  tooLarge: (resource: string, count: number) => `rpc error: code = Unknown desc = invalid allocation request for "${resource}": invalid request: maximum request size for shared resources is 1; found ${count}`,
} as const
