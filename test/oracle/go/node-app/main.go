// node-app is what the images of the test node hold beside busybox and
// Python, and what the node itself lacks: a static program that is told by
// its name or its first argument what to be.
//
//	pause                        does nothing until it is told to stop
//	docker-entrypoint.sh         a web server on port 80 with nginx's first page
//	node-app dns ADDRESS FOLDER  names of Services, asked of the API server
package main

import (
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

func main() {
	mode := filepath.Base(os.Args[0])
	if mode == "node-app" && len(os.Args) > 1 {
		mode = os.Args[1]
	}
	switch mode {
	case "pause":
		pause()
	case "docker-entrypoint.sh", "nginx":
		serveFirstPage()
	case "dns":
		answerNames(os.Args[2], os.Args[3])
	default:
		fmt.Fprintf(os.Stderr, "node-app: %s: not found\n", mode)
		os.Exit(127)
	}
}

func pause() {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGCHLD)
	for s := range signals {
		if s != syscall.SIGCHLD {
			return
		}
		for {
			if pid, _ := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); pid <= 0 {
				break
			}
		}
	}
}

func serveFirstPage() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fmt.Printf("%s - - \"%s %s %s\"\n", r.RemoteAddr, r.Method, r.URL.Path, r.Proto)
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Server", "nginx/1.27.5")
		if r.URL.Path != "/" && r.URL.Path != "/index.html" {
			w.WriteHeader(404)
			fmt.Fprint(w, "<html><head><title>404 Not Found</title></head></html>\n")
			return
		}
		fmt.Fprint(w, "<html><head><title>Welcome to nginx!</title></head></html>\n")
	})
	stopped := make(chan os.Signal, 1)
	signal.Notify(stopped, syscall.SIGTERM, syscall.SIGINT, syscall.SIGQUIT)
	go func() { <-stopped; os.Exit(0) }()
	fmt.Fprintln(os.Stderr, http.ListenAndServe(":80", nil))
	os.Exit(1)
}
