package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

const zone = ".svc.cluster.local."

// names asks the API server for Services. The folder holds ca.crt,
// owner.crt and owner.key, and the server's address in server.url.
type names struct {
	client *http.Client
	server string
}

func newNames(folder string) (*names, error) {
	pair, err := tls.LoadX509KeyPair(filepath.Join(folder, "owner.crt"), filepath.Join(folder, "owner.key"))
	if err != nil {
		return nil, err
	}
	authority, err := os.ReadFile(filepath.Join(folder, "ca.crt"))
	if err != nil {
		return nil, err
	}
	url, err := os.ReadFile(filepath.Join(folder, "server.url"))
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(authority)
	transport := &http.Transport{TLSClientConfig: &tls.Config{Certificates: []tls.Certificate{pair}, RootCAs: pool}}
	return &names{client: &http.Client{Transport: transport, Timeout: 3 * time.Second}, server: strings.TrimSpace(string(url))}, nil
}

func (n *names) get(path string, into any) error {
	response, err := n.client.Get(n.server + path)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != 200 {
		return fmt.Errorf("%s", response.Status)
	}
	return json.NewDecoder(response.Body).Decode(into)
}

// addresses of a name such as web.prod.svc.cluster.local. (headless: of its
// endpoints).
func (n *names) addresses(name string) []string {
	parts := strings.Split(strings.TrimSuffix(name, zone), ".")
	if !strings.HasSuffix(name, zone) || len(parts) != 2 {
		return nil
	}
	var service struct{ Spec struct{ ClusterIP string } }
	if n.get("/api/v1/namespaces/"+parts[1]+"/services/"+parts[0], &service) != nil {
		return nil
	}
	if service.Spec.ClusterIP != "None" {
		return []string{service.Spec.ClusterIP}
	}
	var endpoints struct {
		Subsets []struct{ Addresses []struct{ IP string } }
	}
	if n.get("/api/v1/namespaces/"+parts[1]+"/endpoints/"+parts[0], &endpoints) != nil {
		return nil
	}
	var found []string
	for _, subset := range endpoints.Subsets {
		for _, address := range subset.Addresses {
			found = append(found, address.IP)
		}
	}
	return found
}

func (n *names) answer(query []byte) ([]byte, error) {
	var asked dnsmessage.Message
	if err := asked.Unpack(query); err != nil || len(asked.Questions) == 0 {
		return nil, fmt.Errorf("not a question")
	}
	question := asked.Questions[0]
	reply := dnsmessage.Message{Questions: asked.Questions[:1], Header: dnsmessage.Header{ID: asked.ID, Response: true, Authoritative: true, RecursionDesired: asked.RecursionDesired, RecursionAvailable: true}}
	found := n.addresses(strings.ToLower(question.Name.String()))
	if len(found) == 0 {
		reply.RCode = dnsmessage.RCodeNameError
	}
	for _, address := range found {
		ip := net.ParseIP(address).To4()
		if ip == nil || question.Type != dnsmessage.TypeA {
			continue
		}
		reply.Answers = append(reply.Answers, dnsmessage.Resource{
			Header: dnsmessage.ResourceHeader{Name: question.Name, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET, TTL: 5},
			Body:   &dnsmessage.AResource{A: [4]byte(ip)},
		})
	}
	return reply.Pack()
}

// answerNames is the name server of the cluster, over UDP.
func answerNames(address, folder string) {
	names, err := newNames(folder)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	socket, err := net.ListenPacket("udp4", address)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	buffer := make([]byte, 4096)
	for {
		n, from, err := socket.ReadFrom(buffer)
		if err != nil {
			return
		}
		query := append([]byte(nil), buffer[:n]...)
		go func() {
			if reply, err := names.answer(query); err == nil {
				socket.WriteTo(reply, from)
			}
		}()
	}
}
