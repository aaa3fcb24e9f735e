// Package e2e tests the product from outside: the real binary, real runtimes,
// a real Jupyter and a real browser. It holds tests only.
//
// What a test needs of the machine is found through the environment; make test
// provides it all and sets NBHOSTING_TEST=require, without which a test that
// lacks something is skipped, with the reason.
package e2e
