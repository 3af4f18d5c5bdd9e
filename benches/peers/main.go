// Peers runs the comparisons of other engines on the fixtures of the benchmarks: what each says
// of every case, and for some of them how much processor time it takes.
//
// usage: peers CASES.json > RESULTS.json
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"runtime"
	"runtime/debug"
	"syscall"
)

// Case is an object as it is declared and as it lives.
type Case struct {
	Name    string          `json:"name"`
	Desired json.RawMessage `json:"desired"`
	Before  json.RawMessage `json:"before"`
	Live    json.RawMessage `json:"live"`
	Answer  json.RawMessage `json:"answer"`
	Timed   bool            `json:"timed"`
}

// Result is what a peer says of a case, and what saying so costs.
type Result struct {
	Drifted *bool   `json:"drifted"`
	Error   string  `json:"error,omitempty"`
	Nanos   float64 `json:"nanos,omitempty"`
	Allocs  uint64  `json:"allocs,omitempty"`
	Bytes   uint64  `json:"bytes,omitempty"`
}

// A compare says whether an object has drifted.
type compare func() (bool, error)

func main() {
	log.SetOutput(os.Stderr)
	runtime.GOMAXPROCS(1)
	if len(os.Args) != 2 {
		log.Fatal("usage: peers CASES.json")
	}
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	var cases []Case
	if err := json.Unmarshal(text, &cases); err != nil {
		log.Fatalf("%s: %v", os.Args[1], err)
	}
	results := map[string]map[string]Result{}
	for _, it := range peers() {
		results[it.name] = map[string]Result{}
		for _, one := range cases {
			results[it.name][one.Name] = run(it, one)
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(results); err != nil {
		log.Fatal(err)
	}
}

// run lets a peer judge a case; a peer that panics has an error for it.
func run(it peer, one Case) (result Result) {
	defer func() {
		if why := recover(); why != nil {
			result = Result{Error: fmt.Sprint(why)}
		}
	}()
	compare, err := it.prepare(one)
	if err != nil {
		return Result{Error: err.Error()}
	}
	drifted, err := compare()
	if err != nil {
		return Result{Error: err.Error()}
	}
	result.Drifted = &drifted
	if one.Timed {
		measure(compare, &result)
	}
	return result
}

// measure takes the least of several rounds, collecting garbage inside of each.
func measure(compare compare, result *Result) {
	const rounds, enough = 7, 20e6
	times := 1
	debug.FreeOSMemory()
	for round := 0; round < rounds; {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := processorNanos()
		for range times {
			if _, err := compare(); err != nil {
				return
			}
		}
		took := processorNanos() - start
		runtime.ReadMemStats(&after)
		if took < enough && times < 1<<20 {
			times *= 2
			continue
		}
		each := took / float64(times)
		if result.Nanos == 0 || each < result.Nanos {
			result.Nanos = each
		}
		result.Allocs = (after.Mallocs - before.Mallocs) / uint64(times)
		result.Bytes = (after.TotalAlloc - before.TotalAlloc) / uint64(times)
		round++
	}
}

// processorNanos is the processor time of the process, with what collects its garbage.
func processorNanos() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		log.Fatal(err)
	}
	return float64(usage.Utime.Nano() + usage.Stime.Nano())
}
