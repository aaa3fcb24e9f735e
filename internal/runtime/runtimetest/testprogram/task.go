package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
)

// flood prints numbered lines of 64 bytes, and a tenth as many on the other output.
func flood(lines int) error {
	for n := range lines {
		if _, err := fmt.Printf("out %059d\n", n); err != nil {
			return err
		}
		if n%10 == 0 {
			fmt.Fprintf(os.Stderr, "err %059d\n", n/10)
		}
	}
	return nil
}

// do does one thing: self, read PATH, write PATH, eat MIB.
func do(arguments []string) error {
	switch what := arguments[0]; what {
	case "self":
		return json.NewEncoder(os.Stdout).Encode(self())
	case "read":
		text, err := os.ReadFile(arguments[1])
		fmt.Printf("%s", text)
		return err
	case "write":
		return os.WriteFile(arguments[1], []byte("written"), 0o644)
	case "eat":
		amount, err := strconv.Atoi(arguments[1])
		if err != nil {
			return err
		}
		fmt.Println(len(eatMiB(amount)))
		return nil
	default:
		return fmt.Errorf("what is %q?", what)
	}
}
