/**
 * Every latency of the simulated control plane, in ms, with its default and source. A scenario may override any.
 * A request itself takes 0 ms; jitter is hashed from what it belongs to, never drawn in order.
 */
export interface Timings {
  /** From a write to a controller's reconcile. Modelling assumption: informer delivery on a quiet cluster. */
  readonly watchDeliveryMs: number
  /** One scheduling attempt. Modelling assumption. */
  readonly schedulingAttemptMs: number
  /** From binding decision to the kubelet seeing the pod. Modelling assumption. */
  readonly bindMs: number
  /** Sandbox and network of a pod. Modelling assumption: containerd and a bridge network. */
  readonly sandboxMs: number
  /** Create and start of one container. Modelling assumption. */
  readonly containerStartMs: number
  /** Period at which a node looks at its containers: changes reach the status at the next round. Source: kubelet generic PLEG, 1 s. */
  readonly statusSyncMs: number
  /** Image pull throughput of a node, bytes per second. Modelling assumption (curriculum: 50 MB/s). */
  readonly pullBytesPerSecond: number
  /** Fixed part of a pull: manifest and unpacking. Modelling assumption. */
  readonly pullBaseMs: number
  /** Image size when the registry table has none, bytes. Modelling assumption (curriculum: 200 MB). */
  readonly defaultImageBytes: number
  /** kubelet sync loop resync of a pod worker. Source: kubelet syncFrequency default 1 min, back-off granularity 10 s. */
  readonly podResyncMs: number
  /** First back-off of container restarts and image pulls; doubles to the maximum. Source: kubelet. */
  readonly backOffMs: number
  readonly backOffMaxMs: number
  /** Run time after which the restart back-off is forgotten. Source: kubelet (10 min). */
  readonly backOffResetMs: number
  /** From EndpointSlice change to all proxies. Modelling assumption (curriculum: at most 5 s). */
  readonly endpointPropagationMs: number
  /** Refresh of mounted ConfigMaps and Secrets. Source: kubelet sync period plus cache delay (60 to 90 s). */
  readonly volumeRefreshMs: number
  /** HPA controller sync period. Source: kube-controller-manager default 15 s. */
  readonly hpaSyncMs: number
  /** metrics-server scrape. Source: metrics-server --metric-resolution 15 s. */
  readonly metricsScrapeMs: number
  /** Node status report. Source: kubelet nodeStatusUpdateFrequency 10 s. */
  readonly nodeStatusMs: number
}

export const defaultTimings: Timings = {
  watchDeliveryMs: 5,
  schedulingAttemptMs: 1,
  bindMs: 5,
  sandboxMs: 400,
  containerStartMs: 250,
  statusSyncMs: 1_000,
  pullBytesPerSecond: 50_000_000,
  pullBaseMs: 600,
  defaultImageBytes: 200_000_000,
  podResyncMs: 10_000,
  backOffMs: 10_000,
  backOffMaxMs: 300_000,
  backOffResetMs: 600_000,
  endpointPropagationMs: 1_000,
  volumeRefreshMs: 75_000,
  hpaSyncMs: 15_000,
  metricsScrapeMs: 15_000,
  nodeStatusMs: 10_000,
}
