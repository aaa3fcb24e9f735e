package main

import (
	"fmt"
	"slices"
)

func printHead(ways []way) {
	fmt.Printf("%-42s", fmt.Sprintf("median of %d interleaved runs of %v", rounds, turn))
	for i, w := range ways {
		fmt.Printf("%12s", w.name)
		if i > 0 {
			fmt.Printf("%8s", "share")
		}
	}
	fmt.Println()
}

// printRow prints the medians of a figure, and what share of the first they are
// if that is any.
func printRow(name string, byWay [][]float64) {
	fmt.Printf("%-42s", name)
	direct := median(byWay[0])
	for i, figures := range byWay {
		m := median(figures)
		switch {
		case m == 0:
			fmt.Printf("%12s", "")
		default:
			fmt.Printf("%12.0f", m)
		}
		switch {
		case i > 0 && direct > 0:
			fmt.Printf("%8.2f", m/direct)
		case i > 0:
			fmt.Printf("%8s", "")
		}
	}
	fmt.Println()
}

func median(figures []float64) float64 {
	sorted := slices.Sorted(slices.Values(figures))
	return sorted[len(sorted)/2]
}
