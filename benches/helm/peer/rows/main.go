// Rows tells what Helm's engine prints for templates: each line of its input is a template with its
// values, each line of its output the text or the error.
//
//	{"t": "{{ .Values.a }}", "values": {"a": 1}, "files": {"a.txt": "text"}, "times": 2}
//	{"out": "MQ==", "stable": true}
//
// The chart is called `c`, its template `templates/t.yaml`, the release `rel` in `ns`. A row that
// gives something else when it is rendered again is not stable. A row that takes longer than ten
// seconds, or more stack than Go allows, ends the program without a line.
package main

import (
	"bufio"
	"encoding/json"
	"io"
	"log"
	"log/slog"
	"os"
	"runtime/debug"
	"time"

	"helm.sh/helm/v4/pkg/chart/common"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/engine"
)

const name = "templates/t.yaml"

// Row is a template and what it sees.
type Row struct {
	Template string            `json:"t"`
	Values   map[string]any    `json:"values"`
	Files    map[string]string `json:"files"`
	// Times is how often it is rendered, to see whether it is stable.
	Times int `json:"times"`
}

// Answer is what came of a row; bytes, as not all that templates print is text.
type Answer struct {
	Out    []byte `json:"out,omitempty"`
	Error  []byte `json:"err,omitempty"`
	Stable bool   `json:"stable"`
}

func main() {
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	log.SetOutput(io.Discard)
	debug.SetMaxStack(32 << 20)
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<20), 1<<26)
	out := bufio.NewWriter(os.Stdout)
	for in.Scan() {
		var row Row
		if err := json.Unmarshal(in.Bytes(), &row); err != nil {
			fail(err)
		}
		tooLong := time.AfterFunc(10*time.Second, func() { os.Exit(1) })
		answer := answer(row)
		tooLong.Stop()
		if err := json.NewEncoder(out).Encode(answer); err != nil {
			fail(err)
		}
		if err := out.Flush(); err != nil {
			fail(err)
		}
	}
}

func fail(err error) {
	_, _ = os.Stderr.WriteString(err.Error() + "\n")
	os.Exit(3)
}

func answer(row Row) Answer {
	first := render(row)
	first.Stable = true
	for range row.Times - 1 {
		next := render(row)
		first.Stable = first.Stable && string(next.Out) == string(first.Out) && string(next.Error) == string(first.Error)
	}
	return first
}

// render makes the chart anew, since templates change the values that they are given.
func render(row Row) Answer {
	known := &chart.Chart{
		Metadata: &chart.Metadata{
			APIVersion: "v2", Name: "c", Version: "0.1.0", AppVersion: "1.2", Description: "A chart",
		},
		Templates: []*common.File{{Name: name, Data: []byte(row.Template)}},
	}
	for path, text := range row.Files {
		known.Files = append(known.Files, &common.File{Name: path, Data: []byte(text)})
	}
	values := common.Values{
		"Values": common.Values(copied(row.Values)),
		"Release": map[string]any{
			"Name": "rel", "Namespace": "ns", "Service": "Helm", "Revision": 1,
			"IsInstall": true, "IsUpgrade": false,
		},
		"Capabilities": common.DefaultCapabilities,
	}
	printed, err := engine.Engine{}.Render(known, values)
	if err != nil {
		return Answer{Error: []byte(err.Error())}
	}
	return Answer{Out: []byte(printed["c/"+name])}
}

func copied(values map[string]any) map[string]any {
	text, err := json.Marshal(values)
	if err != nil {
		fail(err)
	}
	again := map[string]any{}
	if err := json.Unmarshal(text, &again); err != nil {
		fail(err)
	}
	return again
}
