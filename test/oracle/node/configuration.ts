/** Configuration files of the test node's programs. */

import { createHash } from 'node:crypto'
import { join } from 'node:path'

export const nodeAddress = '192.168.49.2'
export const nameServer = '10.96.0.10'

/** The control group of the node in a folder: a kubelet ends what it does not know below its own, so no two share one. */
export function cgroupOf(folder: string): string {
  return `podflight-node-${createHash('sha256').update(folder).digest('hex').slice(0, 8)}`
}

/** Files by path below the node's folder. */
export function nodeFiles(folder: string, providerID: string): { readonly [path: string]: string } {
  const at = (name: string): string => join(folder, name)
  return {
    'resolv.conf': `nameserver ${nameServer}\n`,
    'one': '1\n',
    'ten': '10\n',
    'cni/10-node.conflist': JSON.stringify({
      cniVersion: '1.0.0', name: 'node',
      plugins: [
        { type: 'ptp', ipMasq: false, ipam: { type: 'host-local', dataDir: at('run/cni'), ranges: [[{ subnet: '10.244.0.0/24' }]], routes: [{ dst: '0.0.0.0/0' }] } },
        { type: 'portmap', capabilities: { portMappings: true } },
      ],
    }),
    'containerd.toml': `version = 3
root = "${at('run/root')}"
state = "${at('run/state')}"
disabled_plugins = ["io.containerd.nri.v1.nri"]
[grpc]
  address = "${at('containerd.sock')}"
[plugins."io.containerd.cri.v1.images".pinned_images]
  sandbox = "registry.k8s.io/pause:3.10"
[plugins."io.containerd.cri.v1.runtime"]
  restrict_oom_score_adj = true
[plugins."io.containerd.cri.v1.runtime".cni]
  bin_dirs = ["/usr/lib/cni"]
  conf_dir = "${at('cni')}"
`,
    'kubelet.yaml': `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
failCgroupV1: false
cgroupDriver: cgroupfs
cgroupRoot: /${cgroupOf(folder)}
address: ${nodeAddress}
healthzPort: 0
authentication: { anonymous: { enabled: false }, webhook: { enabled: false }, x509: { clientCAFile: ${at('cluster/ca.crt')} } }
authorization: { mode: AlwaysAllow }
failSwapOn: false
clusterDomain: cluster.local
clusterDNS: [${nameServer}]
resolvConf: ${at('resolv.conf')}
containerRuntimeEndpoint: unix://${at('containerd.sock')}
providerID: ${providerID}
podLogsDir: ${at('pod-logs')}
volumePluginDir: ${at('volume-plugins')}
syncFrequency: 5s
nodeStatusUpdateFrequency: 4s
evictionHard: { memory.available: 100Mi, nodefs.available: "1%", imagefs.available: "1%", nodefs.inodesFree: "1%" }
imageGCHighThresholdPercent: 99
imageGCLowThresholdPercent: 98
`,
    'kube-proxy.yaml': `apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: iptables
clusterCIDR: 10.244.0.0/16
clientConnection: { kubeconfig: ${at('cluster/kubeconfig')} }
conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s }
iptables: { minSyncPeriod: 100ms }
healthzBindAddress: ""
metricsBindAddress: ""
`,
  }
}

/** What is done once in the namespaces of the node. Kernel values that the kubelet wants to set are shown to it as set. */
export function setUpScript(folder: string): string {
  return `mount --make-rshared /
mount -t tmpfs tmpfs /run; mount --make-shared /run; mkdir /run/netns /run/lock
mount -t tmpfs tmpfs /var/log; mkdir /var/log/containers
ip link set lo up
ip link add eth0 type veth peer name eth0p
ip link set eth0p up
ip addr add ${nodeAddress}/24 dev eth0
ip link set eth0 up
ip route add default via 192.168.49.1
ip addr add ${nameServer}/32 dev lo
echo 1 > /proc/sys/net/ipv4/ip_forward
mount --bind ${folder}/one /proc/sys/vm/overcommit_memory
mount --bind ${folder}/one /proc/sys/kernel/panic_on_oops
mount --bind ${folder}/ten /proc/sys/kernel/panic
`
}
