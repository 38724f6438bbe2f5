package main

import (
	"fmt"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// draws is a stream of small numbers. The TypeScript side (test/bench/scheduler-workloads.ts) draws the same ones.
type draws uint32

func (d *draws) below(bound int) int {
	*d = *d*1664525 + 1013904223
	return int(uint32(*d)>>8) % bound
}

var disks = []string{"ssd", "hdd", "nvme"}

func unlikeNode(n *v1.Node, i int) {
	d := draws(i)
	size := d.below(3)
	n.Labels[zone] = fmt.Sprintf("zone-%d", i%3)
	n.Labels["rack"] = fmt.Sprintf("rack-%d", i%100)
	n.Labels["disk"] = disks[d.below(3)]
	n.Labels["generation"] = fmt.Sprint(d.below(9))
	n.Status.Allocatable[v1.ResourceCPU] = quantity(fmt.Sprint(4 << size))
	n.Status.Allocatable[v1.ResourceMemory] = quantity(fmt.Sprintf("%dGi", 16<<size))
}

func requirement(key string, op v1.NodeSelectorOperator, values ...string) []v1.NodeSelectorRequirement {
	return []v1.NodeSelectorRequirement{{Key: key, Operator: op, Values: values}}
}

func unlikeNodeAffinity(d *draws) *v1.NodeAffinity {
	kind := d.below(3)
	rack := fmt.Sprintf("rack-%d", d.below(100))
	away := requirement("rack", v1.NodeSelectorOpNotIn, rack, fmt.Sprintf("rack-%d", d.below(100)))
	first := disks[d.below(3)]
	on := requirement("disk", v1.NodeSelectorOpIn, first, disks[d.below(3)])
	weight := d.below(100)
	generation := fmt.Sprint(d.below(9))
	a := &v1.NodeAffinity{}
	if kind > 0 {
		terms := map[int][]v1.NodeSelectorRequirement{1: away, 2: on}[kind]
		a.RequiredDuringSchedulingIgnoredDuringExecution = &v1.NodeSelector{NodeSelectorTerms: []v1.NodeSelectorTerm{{MatchExpressions: terms}}}
	}
	if weight >= 50 {
		a.PreferredDuringSchedulingIgnoredDuringExecution = []v1.PreferredSchedulingTerm{{Weight: int32(weight),
			Preference: v1.NodeSelectorTerm{MatchExpressions: requirement("generation", v1.NodeSelectorOpGt, generation)}}}
	}
	return a
}

func unlikeAffinity(d *draws, p *v1.Pod, app, tier string) {
	kind := d.below(6)
	weight := int32(1 + d.below(100))
	skew := int32(1 + d.below(5))
	spreads := d.below(3)
	other := fmt.Sprintf("tier-%d", d.below(8))
	byApp := &metav1.LabelSelector{MatchLabels: map[string]string{"app": app}}
	byTier := &metav1.LabelSelector{MatchLabels: map[string]string{"tier": tier}}
	own := func(key string) v1.PodAffinityTerm { return v1.PodAffinityTerm{TopologyKey: key, LabelSelector: byApp} }
	ofTier := v1.PodAffinityTerm{TopologyKey: zone, LabelSelector: &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{
		{Key: "tier", Operator: metav1.LabelSelectorOpIn, Values: []string{tier, other}}}}}
	weighted := func(t v1.PodAffinityTerm) []v1.WeightedPodAffinityTerm {
		return []v1.WeightedPodAffinityTerm{{Weight: weight, PodAffinityTerm: t}}
	}
	a := p.Spec.Affinity
	switch kind {
	case 1:
		a.PodAntiAffinity = &v1.PodAntiAffinity{RequiredDuringSchedulingIgnoredDuringExecution: []v1.PodAffinityTerm{own(hostname)}}
	case 2:
		a.PodAffinity = &v1.PodAffinity{PreferredDuringSchedulingIgnoredDuringExecution: weighted(ofTier)}
	case 3:
		a.PodAntiAffinity = &v1.PodAntiAffinity{PreferredDuringSchedulingIgnoredDuringExecution: weighted(own(hostname))}
	case 4:
		a.PodAffinity = &v1.PodAffinity{RequiredDuringSchedulingIgnoredDuringExecution: []v1.PodAffinityTerm{own(zone)}}
	case 5:
		a.PodAffinity = &v1.PodAffinity{PreferredDuringSchedulingIgnoredDuringExecution: weighted(own("rack"))}
	}
	honor, ignore := v1.NodeInclusionPolicyHonor, v1.NodeInclusionPolicyIgnore
	c := v1.TopologySpreadConstraint{MaxSkew: skew, NodeAffinityPolicy: &honor, NodeTaintsPolicy: &ignore}
	switch {
	case spreads == 1 && kind != 4: // a required zone and a required spread over zones could contradict each other
		c.TopologyKey, c.WhenUnsatisfiable, c.LabelSelector = zone, v1.DoNotSchedule, byApp
	case spreads == 2:
		c.TopologyKey, c.WhenUnsatisfiable, c.LabelSelector = hostname, v1.ScheduleAnyway, byTier
	default:
		return
	}
	p.Spec.TopologySpreadConstraints = []v1.TopologySpreadConstraint{c}
}

// unlike makes pods of which no two are alike; with terms about other pods when they are wanted.
func unlike(withPods bool) func(*v1.Pod, int) {
	return func(p *v1.Pod, i int) {
		d := draws(i + 7)
		app := fmt.Sprintf("app-%d", d.below(50))
		tier := fmt.Sprintf("tier-%d", d.below(8))
		labels("app", app, "tier", tier, "id", fmt.Sprintf("id-%d", i))(p)
		request(v1.ResourceCPU, fmt.Sprintf("%dm", 1+d.below(1500)))(p)
		request(v1.ResourceMemory, fmt.Sprintf("%dKi", 65536+d.below(1<<20)))(p)
		p.Spec.Affinity = &v1.Affinity{NodeAffinity: unlikeNodeAffinity(&d)}
		if withPods {
			unlikeAffinity(&d, p, app, tier)
		}
	}
}
