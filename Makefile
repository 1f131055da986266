# Every target is a step of .ci/run; the steps are described there.
.PHONY: ci long test race lint vuln fuzz api bench

ci:
	.ci/run
long:
	.ci/run long
test:
	.ci/run test
race:
	.ci/run race
lint:
	.ci/run gofmt vet lint
vuln:
	.ci/run vuln
fuzz:
	.ci/run fuzz
api:
	.ci/run api-write
bench:
	.ci/run bench
