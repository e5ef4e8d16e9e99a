# Short names for the commands of the README. Everything also works without make.
.PHONY: demo setup build deb image tarball addon check-deb check-image check-tarball docs smoke test lint fuzz tsan sanitize

demo: # people and cars found in a street: make demo, or make demo MODEL=yolov9-t.pt VIDEO=street.mp4
	bash samples/demo.sh "$(MODEL)" "$(VIDEO)"

setup: # install the system packages that are missing
	bash .ci/install

build: setup
	swift build -c release

deb: # a Debian package in .build/debian, with Swift's runtime linked in
	bash systemd/debian/build.sh

image: deb # an OCI image in .build/image, of the same files
	bash systemd/debian/image.sh .build/debian/yolostream_*.deb

tarball: deb # for other distributions, in .build/tarball, with all libraries that it needs
	bash systemd/debian/tarball.sh .build/debian/yolostream_*.deb

addon: image # an add-on for Home Assistant in .build/home-assistant
	bash systemd/home-assistant/addon.sh .build/image

check-deb: deb # as root: the package in a fresh Debian, and in a booted one with a camera (virtual machine)
	bash systemd/debian/check.sh .build/debian/yolostream_*.deb
	bash systemd/debian/check-booted.sh .build/debian/yolostream_*.deb

check-image: image # as root: the image as its own user on a read-only root
	bash systemd/debian/check-image.sh .build/image

check-tarball: tarball # as root: the tarball in a root without a C library
	bash systemd/debian/check-tarball.sh .build/tarball/yolostream-*.tar.xz

docs: # after a build: the API of the library products as a DocC archive in .build/docs
	bash samples/library/docc.sh

smoke: # after a build: the program end to end, in under two minutes
	bash Tests/smoke.sh

test: # everything continuous integration checks
	bash Tests/run.sh

lint:
	swift format lint --strict --recursive Sources Tests Package.swift

fuzz: # ten thousand bent inputs of each parser, a thousand bent videos; some hours of one processor
	YOLOSTREAM_MUTATIONS=10000 bash Tests/run.sh --no-parallel --filter 'Mutated|NonMaximumSuppressionTests'

tsan: setup # RingBuffer, Pipeline, Streaming and Service under Thread Sanitizer, which makes each step many times slower
	bash Tests/tsan/run.sh

sanitize: # every kernel on the shapes of all networks and on odd ones, under Address and Undefined Behaviour Sanitizer
	bash Tests/run.sh --filter KernelCheckTests
