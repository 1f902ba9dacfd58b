package dev.eddy.network;

import dev.eddy.kernel.Kernels;
import dev.eddy.model.ModelSpec;
import dev.eddy.model.SpecJson;

/** What the parts of a model take on the heap, in bytes. */
public final class ModelMemory {
    private static final int ARRAY_OVERHEAD = 16;
    /** A word of a vocabulary, with its place in list and table, for each character of the JSON text; measured. */
    private static final int PER_SPEC_CHARACTER = 12;

    private ModelMemory() {}

    /** A tensor of float32 or int32, as a network keeps it. */
    public static long ofTensor(int... shape) {
        long elements = 1;
        for (int extent : shape) {
            elements *= extent;
        }
        long bytes = shape.length == 2 ? Kernels.best().packedBytes(shape[0], shape[1]) : Float.BYTES * elements;
        return ARRAY_OVERHEAD + bytes;
    }

    /** A spec and what is made of it. */
    public static long ofSpec(ModelSpec spec) {
        return (long) PER_SPEC_CHARACTER * SpecJson.write(spec).length();
    }
}
