// Helm 3 as a library: install, upgrade, rollback and history of the chart beside this file.
package main

import (
	"fmt"
	"log"
	"os"
	"time"

	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/cli"
)

const release = "shop"

func check(what string, err error) {
	if err != nil {
		fmt.Printf("FAILED: %s: %v\n", what, err)
		os.Exit(1)
	}
	fmt.Println(what)
}

func main() {
	settings := cli.New()
	config := new(action.Configuration)
	check("configured", config.Init(settings.RESTClientGetter(), "default", "secret", func(format string, v ...any) {
		if os.Getenv("HELM_DEBUG") != "" {
			log.Printf(format, v...)
		}
	}))
	chart, err := loader.Load(os.Args[1])
	check("chart loaded", err)

	install := action.NewInstall(config)
	install.ReleaseName, install.Namespace, install.Wait, install.Timeout = release, "default", true, time.Minute
	_, err = install.Run(chart, map[string]any{"replicas": 1})
	check("installed", err)

	upgrade := action.NewUpgrade(config)
	upgrade.Namespace, upgrade.Wait, upgrade.Timeout = "default", true, time.Minute
	_, err = upgrade.Run(release, chart, map[string]any{"replicas": 2, "image": "nginx:1.28"})
	check("upgraded", err)

	rollback := action.NewRollback(config)
	rollback.Version, rollback.Wait, rollback.Timeout = 1, true, time.Minute
	check("rolled back", rollback.Run(release))

	revisions, err := action.NewHistory(config).Run(release)
	check("history", err)
	for _, revision := range revisions {
		fmt.Printf("%d %s %s\n", revision.Version, revision.Info.Status, revision.Info.Description)
	}
	uninstall := action.NewUninstall(config)
	uninstall.Wait, uninstall.Timeout = true, time.Minute
	_, err = uninstall.Run(release)
	check("uninstalled", err)
	fmt.Println("OK")
}
