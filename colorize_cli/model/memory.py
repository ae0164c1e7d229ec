"""Telling a lack of memory from other failures, whichever library reports it."""

__all__ = ["is_out_of_memory"]

# PyTorch and CUDA, PyTorch on the CPU, ONNX Runtime's arenas, cuBLAS and cuDNN.
WORDS = (
    *("out of memory", "can't allocate memory"),
    *("failed to allocate", "bad allocation", "alloc_failed"),
)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether less work at once could have succeeded.

    Looks at names and messages, so that no library has to be imported for it; follows
    the causes of an error, as backends wrap those of their libraries.
    """
    seen: BaseException | None = error
    while seen is not None:
        text = f"{type(seen).__name__}: {seen}".lower()
        if isinstance(seen, MemoryError) or any(words in text for words in WORDS):
            return True
        seen = seen.__cause__
    return False
