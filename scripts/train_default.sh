#!/usr/bin/env bash
# Trains the preset `default` on one CUDA GPU, and leaves the model in small pieces. The
# shipped weights were made otherwise: colorize_cli/weights/MODEL_CARD.md.
#
#   scripts/train_default.sh [options of `colorize train`, for instance --set key=value]
#
# The training runs in slots of SLOT_MINUTES, each of which saves and resumes, so that it
# can be spread over several calls: run it again until it says that it is finished.
#
# Settings, from the environment:
#   DATA          folder of train-*.parquet and val/{faces,scenes}     [data]
#   RECIPE        preset or TOML file                                  [default]
#   OUT           folder of the run                                    [runs/RECIPE]
#   PIECES        folder for the finished model, in pieces             [OUT/pieces]
#   MINUTES       training time of all slots together                  [24]
#   SLOT_MINUTES  time of one slot                                     [9]
#   SLOTS         slots in this call                                   [3]
#   PIECE_BYTES   size of a piece                                      [15728640]
#   PYTHON        interpreter with the extras `train` and `export`     [python3]
set -euo pipefail

DATA=${DATA:-data}
RECIPE=${RECIPE:-default}
OUT=${OUT:-runs/$(basename "$RECIPE" .toml)}
PIECES=${PIECES:-$OUT/pieces}
MINUTES=${MINUTES:-24}
SLOT_MINUTES=${SLOT_MINUTES:-9}
SLOTS=${SLOTS:-3}
PIECE_BYTES=${PIECE_BYTES:-15728640}
PYTHON=${PYTHON:-python3}

ending=""
for ((slot = 1; slot <= SLOTS; slot++)); do
  echo "slot $slot of $SLOTS" >&2
  ending=$("$PYTHON" -m trainer "$RECIPE" --out "$OUT" --resume \
    --data "$DATA/train-*.parquet" \
    --val "$DATA/val/faces" --val "$DATA/val/scenes" \
    --max-minutes "$SLOT_MINUTES" --set "minutes=$MINUTES" "$@")
  echo "$ending"
  [[ $ending == finished* ]] && break
done

if [[ $ending != finished* ]]; then
  "$PYTHON" -m trainer.report "$OUT"
  echo "not finished; run the same command again to go on" >&2
  exit 0
fi

"$PYTHON" -m trainer.report "$OUT" --plot "$OUT/curves.png" | tee "$OUT/summary.json"

# The model, its ONNX graphs, which take their weights from it, and what was measured, in
# pieces that any store takes. Only pieces of an earlier call are removed.
"$PYTHON" -m export "$OUT/model.safetensors" --out "$OUT/model.onnx" --share-weights
mkdir -p "$PIECES"
rm -f "$PIECES"/*.part[0-9][0-9][0-9]
for file in "$OUT"/model.safetensors "$OUT"/*.onnx "$OUT"/summary.json "$OUT"/log.jsonl; do
  split --bytes="$PIECE_BYTES" --numeric-suffixes --suffix-length=3 \
    "$file" "$PIECES/$(basename "$file").part"
done
(cd "$OUT" && sha256sum model.safetensors ./*.onnx summary.json log.jsonl) \
  >"$PIECES/SHA256SUMS"
# Joined again by: for f in ...: cat PIECES/f.part* > f; then sha256sum --check.
echo "pieces in $PIECES"
