// Informers of client-go against a served cluster: they list by a stream, see changes, and end in the state of the API.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

func check(err error) {
	if err != nil {
		fmt.Println("FAILED:", err)
		os.Exit(1)
	}
}

func main() {
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	check(err)
	config.ContentType = os.Getenv("CONTENT_TYPE")
	config.AcceptContentTypes = config.ContentType
	client := kubernetes.NewForConfigOrDie(config)
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()

	events := make(chan string, 1000)
	factory := informers.NewSharedInformerFactory(client, 0)
	configMaps := factory.Core().V1().ConfigMaps()
	pods := factory.Core().V1().Pods()
	_, err = configMaps.Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(o any) { events <- "add " + o.(*corev1.ConfigMap).Name },
		UpdateFunc: func(_, o any) { events <- "update " + o.(*corev1.ConfigMap).Name },
		DeleteFunc: func(o any) { events <- "delete " + o.(*corev1.ConfigMap).Name },
	})
	check(err)
	pods.Informer()
	factory.Start(ctx.Done())
	for kind, synced := range factory.WaitForCacheSync(ctx.Done()) {
		if !synced {
			check(fmt.Errorf("%v did not sync", kind))
		}
	}
	all, err := pods.Lister().List(labels.Everything())
	check(err)
	fmt.Printf("synced: %d pods\n", len(all))

	maps := client.CoreV1().ConfigMaps("default")
	made, err := maps.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "informed"}, Data: map[string]string{"a": "1"}}, metav1.CreateOptions{})
	check(err)
	made.Data["a"] = "2"
	_, err = maps.Update(ctx, made, metav1.UpdateOptions{})
	check(err)
	check(maps.Delete(ctx, "informed", metav1.DeleteOptions{}))
	wanted := []string{"add informed", "update informed", "delete informed"}
	for len(wanted) > 0 {
		select {
		case event := <-events:
			if event == wanted[0] {
				fmt.Println(event)
				wanted = wanted[1:]
			}
		case <-ctx.Done():
			check(fmt.Errorf("never saw %q", wanted[0]))
		}
	}
	fmt.Println("OK")
}
