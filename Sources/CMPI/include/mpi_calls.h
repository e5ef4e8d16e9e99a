#pragma once
#include <stddef.h>

/// OpenMPI's library, loaded at run time: training in one process does not need it.

/// Joins the processes started by `mpirun`; returns this process's rank and the number of processes, and `NULL` or
/// what is missing.
const char *yolostream_mpi_join(int *rank, int *count);
/// Sends `count` floats to process `to`; returns 0 or the library's error.
int yolostream_mpi_send(const float *values, int count, int to);
/// Receives `count` floats from process `from`.
int yolostream_mpi_receive(float *values, int count, int from);
/// Broadcasts the `count` floats of process `from`.
int yolostream_mpi_broadcast(float *values, int count, int from);
/// Waits for the other processes and leaves.
int yolostream_mpi_leave(void);
