#!/bin/sh
# Collect colour photos with free licences from packages of Debian and from scikit-image:
# an independent test set for `colorize evaluate`. docs/evaluate.md names the licences.
#
#   scripts/free_photos.sh DIR
#
# Needs a Debian system's apt-get and dpkg-deb, and Python with scikit-image. Nothing is
# installed; packages are fetched into a temporary folder.
set -eu

out=$(mkdir -p "$1" && cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

apt-get download -q lomiri-wallpapers-16.04 lomiri-wallpapers-20.04 mate-backgrounds
for package in ./*.deb; do
  dpkg-deb -x "$package" .
done

# The other wallpapers of these packages are no photos.
for photo in Bridge_by_Sander_Klootwijk Dragonfly_by_Bolly Kleiber_by_Lukas_Baubkus \
  Picture_0B_by_freespace Picture_1A_by_freespace Wine_by_Jakkub_Mede \
  aitzgorri_by_Aitzol_Berasategi free_by_Peter_Nerlich friends_by_Aitzol_Berasategi \
  greentock_by_Peter_Nerlich life_by_Aitzol_Berasategi \
  picosdeeuropa_by_Aitzol_Berasategi seeding_by_Clements_Engelhardt \
  sunset_by_Aitzol_Berasategi; do
  cp "usr/share/backgrounds/$photo.jpg" "$out"
done
cp usr/share/backgrounds/mate/nature/*.jpg "$out"

python3 - "$out" <<'EOF'
import shutil
import sys
from pathlib import Path

import skimage

for name in ("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg"):
    shutil.copy(Path(skimage.__file__).parent / "data" / name, sys.argv[1])
EOF
echo "$(find "$out" -type f | wc -l) photos in $out"
