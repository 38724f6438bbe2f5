/** Flags of kube-controller-manager that the controllers obey, with its defaults (v1.35). */

export interface ControllerFlags {
  /** --horizontal-pod-autoscaler-sync-period */
  readonly hpaSyncPeriodMs: number
  /** --horizontal-pod-autoscaler-downscale-stabilization */
  readonly hpaDownscaleStabilizationMs: number
  /** --horizontal-pod-autoscaler-tolerance */
  readonly hpaTolerance: number
  /** --horizontal-pod-autoscaler-cpu-initialization-period */
  readonly hpaCpuInitializationPeriodMs: number
  /** --horizontal-pod-autoscaler-initial-readiness-delay */
  readonly hpaInitialReadinessDelayMs: number
  /** --node-monitor-period */
  readonly nodeMonitorPeriodMs: number
  /** --node-monitor-grace-period */
  readonly nodeMonitorGracePeriodMs: number
  /** --terminated-pod-gc-threshold */
  readonly terminatedPodGcThreshold: number
  /** --root-ca-file: the text of the file. Default: a stand-in, since nothing in the simulator checks certificates. */
  readonly rootCertificate: string
  /** --pvclaimbinder-sync-period */
  readonly claimBinderSyncPeriodMs: number
}

export const defaultFlags: ControllerFlags = {
  hpaSyncPeriodMs: 15_000,
  hpaDownscaleStabilizationMs: 300_000,
  hpaTolerance: 0.1,
  hpaCpuInitializationPeriodMs: 300_000,
  hpaInitialReadinessDelayMs: 30_000,
  nodeMonitorPeriodMs: 5_000,
  nodeMonitorGracePeriodMs: 50_000,
  terminatedPodGcThreshold: 12_500,
  rootCertificate: '-----BEGIN CERTIFICATE-----\nc2ltdWxhdGVkIGNsdXN0ZXIgY2VydGlmaWNhdGUgYXV0aG9yaXR5\n-----END CERTIFICATE-----\n',
  claimBinderSyncPeriodMs: 15_000,
}
