// Command generate prints field-schema.json: what the Go types of the Kubernetes API say about each field.
// It reads k8s.io/api by reflection. Run it in a module that requires k8s.io/api and k8s.io/apimachinery v0.35.4:
//
//	go run . > field-schema.json
//	go run . definitions > definition-schema.json   (CustomResourceDefinition, of k8s.io/apiextensions-apiserver v0.35.4)
//
// One text per type, fields separated by ';' in Go's order: NAME FLAGS ':' TYPE. Flags: '?' omitempty, '!' omitzero,
// '~' embedded (NAME is then Go's field name). TYPE: '*' pointer, '[]' list, '{}' map from text, then string, bool,
// int32, int64, float64, bytes, a special (Time, MicroTime, Quantity, IntOrString, Duration, Raw), a named scalar as
// 'NAME=KIND', or a type key 'GROUP/VERSION.NAME'.
package main

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"

	admissionregistration "k8s.io/api/admissionregistration/v1"
	admissionregistrationalpha "k8s.io/api/admissionregistration/v1alpha1"
	admissionregistrationbeta "k8s.io/api/admissionregistration/v1beta1"
	apps "k8s.io/api/apps/v1"
	authentication "k8s.io/api/authentication/v1"
	authorization "k8s.io/api/authorization/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscaling "k8s.io/api/autoscaling/v2"
	batch "k8s.io/api/batch/v1"
	certificates "k8s.io/api/certificates/v1"
	coordination "k8s.io/api/coordination/v1"
	core "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	events "k8s.io/api/events/v1"
	flowcontrol "k8s.io/api/flowcontrol/v1"
	networking "k8s.io/api/networking/v1"
	node "k8s.io/api/node/v1"
	policy "k8s.io/api/policy/v1"
	rbac "k8s.io/api/rbac/v1"
	resource "k8s.io/api/resource/v1"
	scheduling "k8s.io/api/scheduling/v1"
	storage "k8s.io/api/storage/v1"
	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apiregistration "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
)

var kinds = map[string][]any{
	"v1": {core.Namespace{}, core.Node{}, core.Pod{}, core.PodTemplate{}, core.Service{}, core.Endpoints{}, core.ConfigMap{}, core.Secret{},
		core.ServiceAccount{}, core.Event{}, core.ResourceQuota{}, core.LimitRange{}, core.PersistentVolumeClaim{}, core.PersistentVolume{},
		core.ReplicationController{}, core.Binding{}, core.ComponentStatus{}},
	"apps/v1":                               {apps.Deployment{}, apps.ReplicaSet{}, apps.StatefulSet{}, apps.DaemonSet{}, apps.ControllerRevision{}},
	"batch/v1":                              {batch.Job{}, batch.CronJob{}},
	"autoscaling/v1":                        {autoscalingv1.HorizontalPodAutoscaler{}, autoscalingv1.Scale{}},
	"autoscaling/v2":                        {autoscaling.HorizontalPodAutoscaler{}},
	"networking.k8s.io/v1":                  {networking.Ingress{}, networking.IngressClass{}, networking.NetworkPolicy{}, networking.IPAddress{}, networking.ServiceCIDR{}},
	"policy/v1":                             {policy.PodDisruptionBudget{}, policy.Eviction{}},
	"rbac.authorization.k8s.io/v1":          {rbac.Role{}, rbac.RoleBinding{}, rbac.ClusterRole{}, rbac.ClusterRoleBinding{}},
	"scheduling.k8s.io/v1":                  {scheduling.PriorityClass{}},
	"storage.k8s.io/v1":                     {storage.StorageClass{}, storage.CSIDriver{}, storage.CSINode{}, storage.CSIStorageCapacity{}, storage.VolumeAttachment{}, storage.VolumeAttributesClass{}},
	"discovery.k8s.io/v1":                   {discovery.EndpointSlice{}},
	"coordination.k8s.io/v1":                {coordination.Lease{}},
	"events.k8s.io/v1":                      {events.Event{}},
	"node.k8s.io/v1":                        {node.RuntimeClass{}},
	"resource.k8s.io/v1":                    {resource.ResourceClaim{}, resource.ResourceClaimTemplate{}, resource.DeviceClass{}, resource.ResourceSlice{}},
	"authorization.k8s.io/v1":               {authorization.SubjectAccessReview{}, authorization.SelfSubjectAccessReview{}, authorization.LocalSubjectAccessReview{}, authorization.SelfSubjectRulesReview{}},
	"admissionregistration.k8s.io/v1":       {admissionregistration.ValidatingAdmissionPolicy{}, admissionregistration.ValidatingAdmissionPolicyBinding{}, admissionregistration.ValidatingWebhookConfiguration{}, admissionregistration.MutatingWebhookConfiguration{}},
	"admissionregistration.k8s.io/v1beta1":  {admissionregistrationbeta.MutatingAdmissionPolicy{}, admissionregistrationbeta.MutatingAdmissionPolicyBinding{}},
	"admissionregistration.k8s.io/v1alpha1": {admissionregistrationalpha.MutatingAdmissionPolicy{}, admissionregistrationalpha.MutatingAdmissionPolicyBinding{}},
	"authentication.k8s.io/v1":              {authentication.SelfSubjectReview{}, authentication.TokenRequest{}, authentication.TokenReview{}},
	"certificates.k8s.io/v1":                {certificates.CertificateSigningRequest{}},
	"flowcontrol.apiserver.k8s.io/v1":       {flowcontrol.FlowSchema{}, flowcontrol.PriorityLevelConfiguration{}},
	"apiregistration.k8s.io/v1":             {apiregistration.APIService{}},
}

// What `definitions` prints: only types of that package, the others are in field-schema.json.
var definitions = map[string][]any{"apiextensions.k8s.io/v1": {apiextensions.CustomResourceDefinition{}}}

var special = map[string]string{
	"meta/v1.Time": "Time", "meta/v1.MicroTime": "MicroTime", "api/resource.Quantity": "Quantity", "util/intstr.IntOrString": "IntOrString",
	"meta/v1.Duration": "Duration", "pkg/runtime.RawExtension": "Raw", "meta/v1.FieldsV1": "Raw",
	"apiextensions/v1.JSON": "Raw", "apiextensions/v1.JSONSchemaPropsOrBool": "Raw", "apiextensions/v1.JSONSchemaPropsOrArray": "Raw",
	"apiextensions/v1.JSONSchemaPropsOrStringArray": "Raw",
}

var types = map[string]string{}

// key is "GROUP/VERSION.NAME" with the last two elements of the package path.
func key(t reflect.Type) string {
	parts := strings.Split(t.PkgPath(), "/")
	return strings.Join(parts[len(parts)-2:], "/") + "." + t.Name()
}

func expr(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return "*" + expr(t.Elem())
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return "bytes"
		}
		// Named lists (such as Verbs) are told by their own name in errors.
		return "[]" + expr(t.Elem())
	case reflect.Map:
		if t.Name() != "" {
			return key(t) + "={}" + expr(t.Elem())
		}
		return "{}" + expr(t.Elem())
	case reflect.Struct:
		k := key(t)
		if s, ok := special[k]; ok {
			return s
		}
		describe(t, k)
		return k
	}
	if t.Name() != t.Kind().String() {
		return key(t) + "=" + t.Kind().String()
	}
	return t.Kind().String()
}

func describe(t reflect.Type, k string) {
	if _, seen := types[k]; seen {
		return
	}
	types[k] = ""
	fields := []string{}
	for i := range t.NumField() {
		f := t.Field(i)
		parts := strings.Split(f.Tag.Get("json"), ",")
		name, flags := parts[0], ""
		if name == "-" {
			continue
		}
		if name == "" && f.Anonymous {
			name, flags = f.Name, "~"
		}
		for _, p := range parts[1:] {
			if p == "omitempty" {
				flags += "?"
			}
			if p == "omitzero" {
				flags += "!"
			}
		}
		fields = append(fields, name+flags+":"+expr(f.Type))
	}
	types[k] = strings.Join(fields, ";")
}

func main() {
	isForDefinitions := len(os.Args) > 1 && os.Args[1] == "definitions"
	if isForDefinitions {
		kinds = definitions
	}
	byKind := map[string]string{}
	for apiVersion, list := range kinds {
		for _, v := range list {
			t := reflect.TypeOf(v)
			byKind[apiVersion+" "+t.Name()] = expr(t)
		}
	}
	for k := range types {
		if isForDefinitions && !strings.HasPrefix(k, "apiextensions/") {
			delete(types, k)
		}
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	out.SetIndent("", " ")
	if err := out.Encode(map[string]any{"kinds": byKind, "types": types}); err != nil {
		panic(err)
	}
}
