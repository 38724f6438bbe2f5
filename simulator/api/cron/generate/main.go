// Command generate prints time-zones.json: since when which offset from UTC counts, of every time zone that Go knows.
// Run it with the list of Go's zone archive:
//
//	unzip -Z1 "$(go env GOROOT)/lib/time/zoneinfo.zip" | go run . > time-zones.json
//
// "rules": pairs of the Unix minute of a change and the new offset in minutes, the first for all time before 2020.
// "zones": the rule of each name.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"
)

var first, last = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2038, 1, 1, 0, 0, 0, 0, time.UTC)

func offsetMinutes(t time.Time, zone *time.Location) int {
	_, seconds := t.In(zone).Zone()
	return seconds / 60
}

// changes walks in hours and then finds the minute.
func changes(zone *time.Location) []int {
	offset := offsetMinutes(first, zone)
	list := []int{0, offset}
	for t := first; t.Before(last); t = t.Add(time.Hour) {
		next := offsetMinutes(t.Add(time.Hour), zone)
		if next == offset {
			continue
		}
		at := t
		for offsetMinutes(at, zone) == offset {
			at = at.Add(time.Minute)
		}
		offset = next
		list = append(list, int(at.Unix()/60), next)
	}
	return list
}

func main() {
	rules, zones, known := [][]int{}, map[string]int{}, map[string]int{}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		name := lines.Text()
		if name == "" || strings.HasSuffix(name, "/") {
			continue
		}
		zone, err := time.LoadLocation(name)
		if err != nil {
			panic(err)
		}
		list := changes(zone)
		key := fmt.Sprint(list)
		if _, ok := known[key]; !ok {
			known[key] = len(rules)
			rules = append(rules, list)
		}
		zones[name] = known[key]
	}
	if err := json.NewEncoder(os.Stdout).Encode(map[string]any{"rules": rules, "zones": zones}); err != nil {
		panic(err)
	}
}
