/** How models and deployments reach running instances, and what those say of them. */
package dev.eddy.app.rollout;
