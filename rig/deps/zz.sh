. "$(dirname "$0")/common.sh"
time nice debootstrap --variant=minbase --include=man-db,bash-completion,zsh,fish bookworm /tmp/pack/chroot "$(debian_mirror)"
