package dev.eddy.network;

import dev.eddy.kernel.Kernel;

/** What networks have in common whatever runs below: heads that turn an output into values. */
abstract class HeadedNetwork implements Network {
    final Kernel kernel;
    final Heads heads;

    HeadedNetwork(Kernel kernel, Heads heads) {
        this.kernel = kernel;
        this.heads = heads;
    }

    @Override
    public final int outputSize() {
        return heads.size();
    }

    @Override
    public final int labelCount() {
        return heads.first().labels();
    }

    @Override
    public final double logProbability(float[] values, int output, Scratch scratch) {
        return heads.first().logProbability(kernel, values, output, spare(scratch));
    }

    @Override
    public final void probabilities(float[] values, float[] probabilities) {
        heads.first().probabilities(kernel, values, probabilities);
    }

    /** A part of the scratch with at least as many numbers as there are values. */
    abstract float[] spare(Scratch scratch);
}
