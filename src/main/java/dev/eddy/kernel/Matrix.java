package dev.eddy.kernel;

/**
 * The weights of {@code W x + U h + b}, packed by a kernel in the layout that this kernel reads fastest; no other kernel can
 * read it. Every row is one chain: it starts at its bias and is accumulated over x, then over h, in ascending order. Immutable.
 */
public interface Matrix {
    /** Rows of W, U and b. */
    int rows();

    /** Columns of W: the width of x. */
    int inputs();

    /** Columns of U: the width of h; 0 where there is no U. */
    int fedBack();
}
