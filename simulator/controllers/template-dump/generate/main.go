// Command generate prints go-structs.json: fields of the Go structs below PodTemplateSpec and EndpointSubset, in Go's order.
// Run it in a module that requires k8s.io/api v0.35.4:
//
//	go run . > go-structs.json
//
// One text per struct, fields separated by ';': "GO_NAME JSON_NAME TYPE". An embedded struct has '-' as JSON_NAME.
// "kinds" gives the underlying kind of each named type that is not a struct.
package main

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"

	core "k8s.io/api/core/v1"
)

var structs, kinds = map[string]string{}, map[string]string{}

func visit(t reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		visit(t.Elem())
		if t.Name() != "" {
			kinds[t.String()] = "[]" + t.Elem().String()
		}
	case reflect.Map:
		visit(t.Elem())
		if t.Name() != "" {
			kinds[t.String()] = "map[" + t.Key().Kind().String() + "]" + t.Elem().String()
		}
	case reflect.Struct:
		name := t.String()
		if _, ok := structs[name]; ok {
			return
		}
		structs[name] = ""
		if name == "v1.Time" || name == "resource.Quantity" || name == "intstr.IntOrString" || name == "v1.FieldsV1" {
			return
		}
		var fields []string
		for i := range t.NumField() {
			f := t.Field(i)
			json := strings.Split(f.Tag.Get("json"), ",")[0]
			if json == "" {
				json = "-"
			}
			fields = append(fields, f.Name+" "+json+" "+f.Type.String())
			visit(f.Type)
		}
		structs[name] = strings.Join(fields, ";")
	default:
		if t.String() != t.Kind().String() {
			kinds[t.String()] = t.Kind().String()
		}
	}
}

func main() {
	visit(reflect.TypeOf(core.PodTemplateSpec{}))
	visit(reflect.TypeOf(core.EndpointSubset{}))
	e := json.NewEncoder(os.Stdout)
	e.SetIndent("", "")
	if err := e.Encode(map[string]any{"structs": structs, "kinds": kinds}); err != nil {
		panic(err)
	}
}
