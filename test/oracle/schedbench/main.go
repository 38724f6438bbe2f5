// schedbench measures how fast the real kube-scheduler's algorithm decides,
// without etcd, API server, watches and binding: the default profile of
// k8s.io/kubernetes 1.35 in this process, pods assumed in its cache after each
// decision. It prints one JSON line per workload.
//
//	schedbench                      every workload
//	schedbench -run 'basic-5000'    those that match the expression
//	schedbench -max 60s             stop a workload after that time
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/tools/events"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/scheduler"
	"k8s.io/kubernetes/pkg/scheduler/framework"
)

const (
	hostname = "kubernetes.io/hostname"
	zone     = "topology.kubernetes.io/zone"
)

// workload is one measurement: first pods are placed, then pods are counted.
type workload struct {
	Name     string
	Nodes    int
	First    int // scheduled (or bound) before the clock starts
	Pods     int
	node     func(n *v1.Node, i int)
	first    func(p *v1.Pod)
	pod      func(p *v1.Pod)
	each     func(p *v1.Pod, i int) // as pod, for pods that differ
	fail     bool // every attempt must fail; the post filter runs too
	prebound int  // pods put on nodes round robin, without scheduling
}

// Result is one output line.
type Result struct {
	Workload       string  `json:"workload"`
	Nodes          int     `json:"nodes"`
	PodsBefore     int     `json:"podsBefore"`
	Pods           int     `json:"pods"`
	Scheduled      int     `json:"scheduled"`
	Failed         int     `json:"failed"`
	Seconds        float64 `json:"seconds"`
	PodsPerSecond  float64 `json:"podsPerSecond"`
	CPUSeconds     float64 `json:"cpuSeconds"` // of this process, all threads: bears a busy machine
	PodsPerCPU     float64 `json:"podsPerCpuSecond"`
	Load           string  `json:"loadAverage"` // at the end of the workload
	P50            float64 `json:"p50us"`
	P90            float64 `json:"p90us"`
	P99            float64 `json:"p99us"`
	MeanFeasible   float64 `json:"meanFeasibleNodes"`
	GOMAXPROCS     int     `json:"gomaxprocs"`
	Go             string  `json:"go"`
	Implementation string  `json:"implementation"`
	Message        string  `json:"message,omitempty"`
}

var noop klog.Logger

var trace = flag.Bool("trace", false, "print each pod with its number of feasible nodes")

func quantity(s string) resource.Quantity { return resource.MustParse(s) }

func labels(kv ...string) func(*v1.Pod) {
	return func(p *v1.Pod) {
		if p.Labels == nil {
			p.Labels = map[string]string{}
		}
		for i := 0; i < len(kv); i += 2 {
			p.Labels[kv[i]] = kv[i+1]
		}
	}
}

func request(name v1.ResourceName, q string) func(*v1.Pod) {
	return func(p *v1.Pod) {
		r := p.Spec.Containers[0].Resources
		r.Requests[name] = quantity(q)
		if name != v1.ResourceCPU && name != v1.ResourceMemory {
			r.Limits[name] = quantity(q)
		}
	}
}

func priority(n int32) func(*v1.Pod) { return func(p *v1.Pod) { p.Spec.Priority = &n } }

func all(fs ...func(*v1.Pod)) func(*v1.Pod) {
	return func(p *v1.Pod) {
		for _, f := range fs {
			f(p)
		}
	}
}

func zones(n *v1.Node, i int) { n.Labels[zone] = fmt.Sprintf("zone-%d", i%3) }

func gpus(n *v1.Node, i int) { n.Status.Allocatable["nvidia.com/gpu"] = quantity("8") }

func color(c string) *metav1.LabelSelector {
	return &metav1.LabelSelector{MatchLabels: map[string]string{"color": c}}
}

func antiAffinity(p *v1.Pod) {
	labels("color", "green")(p)
	p.Spec.Affinity = &v1.Affinity{PodAntiAffinity: &v1.PodAntiAffinity{RequiredDuringSchedulingIgnoredDuringExecution: []v1.PodAffinityTerm{
		{TopologyKey: hostname, LabelSelector: color("green")}}}}
}

func preferAffinity(p *v1.Pod) {
	labels("color", "red")(p)
	p.Spec.Affinity = &v1.Affinity{PodAffinity: &v1.PodAffinity{PreferredDuringSchedulingIgnoredDuringExecution: []v1.WeightedPodAffinityTerm{
		{Weight: 1, PodAffinityTerm: v1.PodAffinityTerm{TopologyKey: hostname, LabelSelector: color("red")}}}}}
}

func spread(p *v1.Pod) {
	labels("color", "blue")(p)
	honor, ignore := v1.NodeInclusionPolicyHonor, v1.NodeInclusionPolicyIgnore
	p.Spec.TopologySpreadConstraints = []v1.TopologySpreadConstraint{{MaxSkew: 5, TopologyKey: zone, WhenUnsatisfiable: v1.DoNotSchedule,
		LabelSelector: color("blue"), NodeAffinityPolicy: &honor, NodeTaintsPolicy: &ignore}}
}

func nodeAffinity(p *v1.Pod) {
	p.Spec.Affinity = &v1.Affinity{NodeAffinity: &v1.NodeAffinity{RequiredDuringSchedulingIgnoredDuringExecution: &v1.NodeSelector{NodeSelectorTerms: []v1.NodeSelectorTerm{
		{MatchExpressions: []v1.NodeSelectorRequirement{{Key: zone, Operator: v1.NodeSelectorOpIn, Values: []string{"zone-0", "zone-1"}}}}}}}}
}

var workloads = []workload{
	{Name: "basic-500", Nodes: 500, Pods: 1000},
	{Name: "basic-5000", Nodes: 5000, Pods: 10000},
	{Name: "basic-15000", Nodes: 15000, Pods: 10000},
	{Name: "required-anti-affinity-hostname", Nodes: 5000, First: 1000, Pods: 2000, first: antiAffinity, pod: antiAffinity},
	{Name: "preferred-affinity-hostname", Nodes: 5000, First: 1000, Pods: 3000, first: preferAffinity, pod: preferAffinity},
	{Name: "spread-zone-do-not-schedule", Nodes: 5000, First: 1000, Pods: 5000, node: zones, pod: spread},
	{Name: "required-node-affinity", Nodes: 5000, First: 1000, Pods: 5000, node: zones, pod: nodeAffinity},
	{Name: "extended-resource-gpu", Nodes: 5000, First: 0, Pods: 10000, node: gpus, pod: request("nvidia.com/gpu", "1")},
	{Name: "unschedulable-beyond-every-node", Nodes: 5000, prebound: 20000, Pods: 1000, pod: request(v1.ResourceCPU, "9"), fail: true},
	{Name: "unschedulable-full-no-victims", Nodes: 5000, prebound: 20000, Pods: 500, fail: true},
	{Name: "unschedulable-preemption-all-candidates", Nodes: 5000, prebound: 20000, Pods: 200, pod: all(priority(10), antiSelf), fail: true},
	{Name: "unlike-5000", Nodes: 5000, Pods: 5000, node: unlikeNode, each: unlike(false)},
	{Name: "unlike-affinity-5000", Nodes: 5000, Pods: 5000, node: unlikeNode, each: unlike(true)},
}

// antiSelf makes removing victims useless: the pod also needs a friend.
func antiSelf(p *v1.Pod) {
	p.Spec.Affinity = &v1.Affinity{PodAffinity: &v1.PodAffinity{RequiredDuringSchedulingIgnoredDuringExecution: []v1.PodAffinityTerm{
		{TopologyKey: hostname, LabelSelector: color("nobody")}}}}
}

func makeNode(i int) *v1.Node {
	name := fmt.Sprintf("node-%d", i)
	r := v1.ResourceList{v1.ResourceCPU: quantity("4"), v1.ResourceMemory: quantity("32Gi"), v1.ResourcePods: quantity("110")}
	return &v1.Node{ObjectMeta: metav1.ObjectMeta{Name: name, UID: types.UID(name), Labels: map[string]string{hostname: name}},
		Status: v1.NodeStatus{Capacity: r, Allocatable: r}}
}

func makePod(prefix string, i int, f func(*v1.Pod)) *v1.Pod {
	name := fmt.Sprintf("%s-%d", prefix, i)
	p := &v1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default", UID: types.UID(name)},
		Spec: v1.PodSpec{SchedulerName: v1.DefaultSchedulerName, Containers: []v1.Container{{Name: "c", Image: "pause",
			Resources: v1.ResourceRequirements{Limits: v1.ResourceList{}, Requests: v1.ResourceList{v1.ResourceCPU: quantity("1"), v1.ResourceMemory: quantity("500Mi")}}}}},
		Status: v1.PodStatus{Phase: v1.PodPending}}
	if f != nil {
		f(p)
	}
	return p
}

func cpuTime() float64 {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

func run(w workload, limit time.Duration) (*Result, error) {
	ctx, cancel := context.WithCancel(klog.NewContext(context.Background(), noop))
	defer cancel()
	client := fake.NewSimpleClientset()
	infs := scheduler.NewInformerFactory(client, 0)
	sched, err := scheduler.New(ctx, client, infs, nil, func(string) events.EventRecorder { return &events.FakeRecorder{} })
	if err != nil {
		return nil, err
	}
	fw := sched.Profiles[v1.DefaultSchedulerName]
	// The listers that plugins read; nothing is watched.
	infs.Core().V1().Namespaces().Informer().GetIndexer().Add(&v1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "default"}})
	podIndex := infs.Core().V1().Pods().Informer().GetIndexer()
	for i := range w.Nodes {
		n := makeNode(i)
		n.Status.Allocatable = n.Status.Allocatable.DeepCopy()
		if w.node != nil {
			w.node(n, i)
		}
		sched.Cache.AddNode(noop, n)
	}
	for i := range w.prebound {
		p := makePod("bound", i, nil)
		p.Spec.NodeName = fmt.Sprintf("node-%d", i%w.Nodes)
		p.Status.Phase = v1.PodRunning
		if err := sched.Cache.AddPod(noop, p); err != nil {
			return nil, err
		}
	}
	feasible := 0
	one := func(p *v1.Pod) (bool, string, error) {
		state := framework.NewCycleState()
		res, err := sched.SchedulePod(ctx, fw, state, p)
		if err != nil {
			fit, ok := err.(*framework.FitError)
			if !ok {
				return false, "", err
			}
			_, s := fw.RunPostFilterPlugins(ctx, state, p, fit.Diagnosis.NodeToStatus)
			fit.Diagnosis.PostFilterMsg = s.Message()
			return false, fit.Error(), nil
		}
		feasible += res.FeasibleNodes
		if *trace {
			fmt.Fprintf(os.Stderr, "%s %d\n", p.Name, res.FeasibleNodes)
		}
		assumed := p.DeepCopy()
		assumed.Spec.NodeName = res.SuggestedHost
		return true, "", sched.Cache.AssumePod(noop, assumed)
	}
	for i := range w.First {
		if ok, msg, err := one(makePod("first", i, w.first)); err != nil || !ok {
			return nil, fmt.Errorf("first pod %d: %s %v", i, msg, err)
		}
	}
	pods := make([]*v1.Pod, w.Pods)
	for i := range pods {
		pods[i] = makePod("pod", i, w.pod)
		if w.each != nil {
			w.each(pods[i], i)
		}
		if w.fail {
			podIndex.Add(pods[i])
		}
	}
	feasible = 0
	runtime.GC()
	r := &Result{Workload: w.Name, Nodes: w.Nodes, PodsBefore: w.First + w.prebound, Pods: w.Pods, GOMAXPROCS: runtime.GOMAXPROCS(0), Go: runtime.Version(),
		Implementation: "kube-scheduler 1.35 in process"}
	took := make([]float64, 0, w.Pods)
	start, cpu := time.Now(), cpuTime()
	for _, p := range pods {
		t := time.Now()
		ok, msg, err := one(p)
		if err != nil {
			return nil, err
		}
		took = append(took, float64(time.Since(t).Nanoseconds())/1000)
		if ok {
			r.Scheduled++
		} else {
			r.Failed++
			r.Message = msg
		}
		if time.Since(start) > limit {
			break
		}
	}
	r.Seconds = time.Since(start).Seconds()
	n := r.Scheduled + r.Failed
	r.PodsPerSecond = float64(n) / r.Seconds
	r.CPUSeconds = cpuTime() - cpu
	r.PodsPerCPU = float64(n) / r.CPUSeconds
	if b, err := os.ReadFile("/proc/loadavg"); err == nil {
		r.Load = strings.Join(strings.Fields(string(b))[:2], " ")
	}
	slices.Sort(took)
	at := func(q float64) float64 { return took[int(q*float64(len(took)-1))] }
	r.P50, r.P90, r.P99 = at(0.5), at(0.9), at(0.99)
	if r.Scheduled > 0 {
		r.MeanFeasible = float64(feasible) / float64(r.Scheduled)
	}
	if w.fail != (r.Failed == n) || !w.fail && r.Failed > 0 {
		return nil, fmt.Errorf("%d scheduled, %d failed: %s", r.Scheduled, r.Failed, r.Message)
	}
	return r, nil
}

func main() {
	pattern := flag.String("run", ".", "expression that workloads must match")
	limit := flag.Duration("max", 60*time.Second, "time limit for one workload")
	flag.Parse()
	klog.SetLogger(klog.Logger{})
	re := regexp.MustCompile(*pattern)
	enc := json.NewEncoder(os.Stdout)
	status := 0
	for _, w := range workloads {
		if !re.MatchString(w.Name) {
			continue
		}
		r, err := run(w, *limit)
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", w.Name, err)
			status = 1
			continue
		}
		enc.Encode(r)
	}
	os.Exit(status)
}
