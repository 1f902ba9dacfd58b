package dev.eddy.model;

import java.nio.ByteBuffer;

/** The tensors of a model, by name. */
public interface Weights {
    /**
     * The shape of a tensor.
     *
     * @throws InvalidModelException if there is none of that name
     */
    int[] shape(String name);

    /**
     * The elements of a tensor, row-major.
     *
     * @param shape the shape it must have
     * @throws InvalidModelException if it is absent, of another shape, or holds a NaN or infinity
     */
    float[] floats(String name, int... shape);

    /**
     * The elements of a tensor of integers, row-major.
     *
     * @param shape the shape it must have
     * @throws InvalidModelException if it is absent, of another shape, or holds anything but integers of 32 bits
     */
    int[] integers(String name, int... shape);

    /**
     * The bytes of a tensor of type U8, a view of them.
     *
     * @throws InvalidModelException if it is absent or of another type
     */
    ByteBuffer bytes(String name);
}
