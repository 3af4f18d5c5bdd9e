// Helm times Helm itself, in one process: reading a chart, and rendering it as `helm template` does.
//
// usage: peer ROUNDS CHART [CHART…] > RESULTS.json
package main

import (
	"context"
	"encoding/json"
	"io"
	"log"
	"log/slog"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"helm.sh/helm/v4/pkg/action"
	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/loader"
	"helm.sh/helm/v4/pkg/storage"
	"helm.sh/helm/v4/pkg/storage/driver"

	kube "helm.sh/helm/v4/pkg/kube/fake"
)

// Result is what a chart costs, in nanoseconds of processor time; the least of all rounds.
type Result struct {
	Chart string `json:"chart"`
	Error string `json:"error,omitempty"`
	// Load is reading the chart.
	Load int64 `json:"load"`
	// Render is a dry run of an installation, which is what `helm template` does.
	Render int64 `json:"render"`
}

func main() {
	log.SetOutput(os.Stderr)
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	if len(os.Args) < 3 {
		log.Fatal("usage: peer ROUNDS CHART [CHART…]")
	}
	rounds, err := strconv.Atoi(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	var results []Result
	for _, path := range os.Args[2:] {
		results = append(results, measure(path, rounds))
	}
	if err := json.NewEncoder(os.Stdout).Encode(results); err != nil {
		log.Fatal(err)
	}
}

func measure(path string, rounds int) Result {
	result := Result{Chart: path}
	for range rounds {
		runtime.GC()
		start := processor()
		chart, err := loader.Load(path)
		if err != nil {
			result.Error = err.Error()
			return result
		}
		result.Load = least(result.Load, processor()-start)
		// A render changes the chart that it is given, so each has its own.
		runtime.GC()
		start = processor()
		if _, err := install().RunWithContext(context.Background(), chart, map[string]any{}); err != nil {
			result.Error = err.Error()
			return result
		}
		result.Render = least(result.Render, processor()-start)
	}
	return result
}

func install() *action.Install {
	memory := driver.NewMemory()
	memory.SetNamespace("default")
	config := action.NewConfiguration()
	config.Releases = storage.Init(memory)
	config.KubeClient = &kube.PrintingKubeClient{Out: io.Discard}
	config.Capabilities = common.DefaultCapabilities
	install := action.NewInstall(config)
	install.DryRunStrategy = action.DryRunClient
	install.ReleaseName = "release-name"
	install.Namespace = "default"
	install.Replace = true
	return install
}

func least(known, next int64) int64 {
	if known == 0 || next < known {
		return next
	}
	return known
}

// processor is the processor time of this process, all its threads together: what the collector of
// garbage needs is part of the price.
func processor() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		log.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()).Nanoseconds()
}
