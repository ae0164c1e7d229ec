"""What the NVIDIA driver says, asked without torch and without ONNX Runtime."""

import ctypes

__all__ = ["count_gpus"]

CUDA_SUCCESS = 0


def count_gpus() -> int | None:
    """Number of usable GPUs, or None where no NVIDIA driver is installed.

    Honours CUDA_VISIBLE_DEVICES, as the runtimes do.
    """
    try:
        driver = ctypes.CDLL("libcuda.so.1")
    except OSError:
        return None
    if driver.cuInit(0) != CUDA_SUCCESS:
        return 0
    count = ctypes.c_int(0)
    if driver.cuDeviceGetCount(ctypes.byref(count)) != CUDA_SUCCESS:
        return 0
    return count.value
